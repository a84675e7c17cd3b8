// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.inboard.settings.IdentitySettings;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Three PEM files, which are read again and again. A change counts when two readings in a row are
 * equal, so that files which are still being written are not used.
 */
final class PemFilesSource implements KeyMaterialSource {
  private static final Update SAME = new Update.Same();

  private final IdentitySettings.InFiles settings;
  private final Clock clock;
  private final long pollMillis;
  private volatile boolean closed;
  private volatile Thread watcher;

  // Guarded by this object's lock.
  private boolean started;

  /** What the last {@link Update.Fresh} was made of. */
  private PemFiles told;

  private PemFiles seen;
  private Optional<String> access = Optional.empty();

  /**
   * @param pollMillis between two readings
   */
  PemFilesSource(IdentitySettings.InFiles settings, Clock clock, long pollMillis) {
    this.settings = settings;
    this.clock = clock;
    this.pollMillis = pollMillis;
  }

  @Override
  public synchronized void start(Consumer<Update> to) {
    if (!started) {
      started = true;
      seen = PemFiles.read(settings);
      tell(seen, to);
    }
  }

  @Override
  public synchronized void watch(Consumer<Update> to) {
    if (watcher == null && !closed) {
      watcher = AgentThreads.daemon("inboard-identity", () -> run(to));
      watcher.start();
    }
  }

  @Override
  public void close() {
    closed = true;
    Thread running = watcher;
    if (running != null) {
      running.interrupt();
    }
  }

  private void run(Consumer<Update> to) {
    AgentLoop.named("inboard-identity")
        .run(
            () -> closed,
            () -> {
              start(to);
              lookAtAccess(to);
              Thread.sleep(pollMillis);
              look(to);
            });
  }

  /** Reads the files once. */
  synchronized void look(Consumer<Update> to) {
    PemFiles now = PemFiles.read(settings);
    if (now.equals(told)) {
      seen = now;
      to.accept(SAME);
    } else if (now.equals(seen)) {
      tell(now, to);
    } else {
      seen = now;
    }
  }

  /** Who can use the key's file may change without its content. Not before main. */
  synchronized void lookAtAccess(Consumer<Update> to) {
    Optional<String> now = KeyFileAccess.warning(settings.privateKey());
    if (!now.equals(access)) {
      access = now;
      to.accept(new Update.Warning(now));
    }
  }

  private void tell(PemFiles files, Consumer<Update> to) {
    KeyMaterial material;
    try {
      material = new KeyMaterialReader(files, settings.trustDomain(), clock.instant()).material();
    } catch (IdentityException e) {
      to.accept(new Update.Problem(e.getMessage()));
      return;
    }
    to.accept(new Update.Fresh(material));
    told = files; // Not before it was taken: what could not be put into force is told again.
  }
}
