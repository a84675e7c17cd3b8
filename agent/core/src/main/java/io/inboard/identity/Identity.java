// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.inboard.call.InboundTls;
import io.inboard.call.Log;
import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import io.inboard.call.TlsPlan;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Who this JVM is, now. Reads the identity's files, watches them, and replaces one generation by
 * the next when a whole, fitting set of files is there; until then the last good one stays in
 * force.
 *
 * <p>Reading from any thread costs one volatile read. {@link #settings} parses files only, so it
 * may run before the application's main method; {@link #watch} begins after it.
 */
public final class Identity implements AutoCloseable {
  private static final long POLL_MILLIS = 500;

  /** Bounds the number of hosts: a wildcard in the settings may match many. */
  private static final int MAX_PLANS = 1024;

  private final Clock clock;
  private final long pollMillis;
  private final Consumer<IdentityStatus> listener;
  private final ConcurrentMap<String, SimplePlan> simplePlans = new ConcurrentHashMap<>();

  // Written under this object's lock, read by any thread.
  private volatile Optional<Generation> generation = Optional.empty();
  private volatile IdentityStatus status = IdentityStatus.NONE;
  private volatile boolean closed;

  /** The files of the first settings are still to be read, by whoever asks first. */
  private volatile boolean due;

  private final Consumer<String> warnings;

  // Guarded by this object's lock.
  private final ExpiryWarnings expiry = new ExpiryWarnings();
  private IdentitySettings settings = IdentitySettings.NONE;
  private PemFiles inForce;
  private PemFiles seen;
  private long generations;
  private String said = "";
  private Optional<String> warning = Optional.empty();
  private Thread watcher;

  /** An identity without files yet. */
  public Identity() {
    this(Clock.systemUTC());
  }

  /** The same, by time that is handed in: what has expired is judged by it. */
  public Identity(Clock clock) {
    this(status -> {}, clock, POLL_MILLIS);
  }

  Identity(Consumer<IdentityStatus> listener, Clock clock, long pollMillis) {
    this(listener, clock, pollMillis, Log::warn);
  }

  /**
   * For tests, which listen to the status.
   *
   * @param warnings of a certificate that nobody renews
   */
  Identity(
      Consumer<IdentityStatus> listener, Clock clock, long pollMillis, Consumer<String> warnings) {
    this.warnings = warnings;
    this.listener = listener;
    this.clock = clock;
    this.pollMillis = pollMillis;
  }

  /**
   * Takes the first files, before the application's main method: they are read by {@link #watch},
   * or by the first who asks. X.509 and keys load some 200 classes of the JDK, which may well do so
   * while main begins.
   */
  public synchronized void begin(IdentitySettings first) {
    settings = first;
    due = first.present();
  }

  private void ready() {
    if (due) {
      synchronized (this) {
        if (due) {
          try {
            seen = PemFiles.read(settings);
            take(seen);
          } catch (RuntimeException e) {
            // The type only, as a message could quote a file.
            complain("the files cannot be read: " + e.getClass());
          } finally {
            due = false;
          }
        }
      }
    }
  }

  /**
   * Takes (other) files, and reads them now. If they cannot be used, one line says why, and the
   * generation in force stays; no identity in the settings ends it.
   */
  public synchronized void settings(IdentitySettings changed) {
    // Compared by identity first: the first equals of a record costs milliseconds, and this may run
    // before main.
    if (changed == settings || (settings != IdentitySettings.NONE && changed.equals(settings))) {
      return;
    }
    due = false;
    settings = changed;
    inForce = null;
    if (!changed.present()) {
      seen = null;
      said = "";
      generation = Optional.empty();
      publish(Optional.empty());
      return;
    }
    seen = PemFiles.read(changed);
    take(seen);
  }

  /** Begins to watch the files, on a daemon thread; idempotent. */
  public synchronized void watch() {
    if (watcher == null && !closed) {
      watcher = AgentThreads.daemon("inboard-identity", this::run);
      watcher.start();
    }
  }

  /** Ends the watch; what is in force stays. */
  @Override
  public synchronized void close() {
    closed = true;
    if (watcher != null) {
      watcher.interrupt();
    }
  }

  /** The material in force; empty without a usable identity. */
  public Optional<KeyMaterial> current() {
    Optional<Generation> current = generation();
    return current.isEmpty() ? Optional.empty() : Optional.of(current.get().material());
  }

  /** How it stands now. */
  public IdentityStatus status() {
    ready();
    return status;
  }

  /**
   * How to secure connections to a destination now. The same object for the same arguments until
   * the next generation, another one then: pool keys may compare plans by identity.
   *
   * @param mode SIMPLE or MUTUAL
   * @param logicalHost as in the application's URL
   * @param principals whom to expect; empty: any of our trust domain. Not used with SIMPLE
   * @throws SSLException MUTUAL without a usable identity; the message says why, and what to do
   */
  public TlsPlan clientPlan(TlsMode mode, String logicalHost, List<String> principals)
      throws SSLException {
    return switch (mode) {
      case SIMPLE -> simplePlan(logicalHost);
      case MUTUAL -> usable().plan(logicalHost, principals);
      case DISABLE -> throw new IllegalArgumentException("DISABLE has no plan");
    };
  }

  /**
   * TLS on the application's own ports, by the generation in force.
   *
   * @param settings the ones in force; asked for every connection
   */
  public InboundTls inboundTls(Supplier<InboundSettings> settings) {
    return inboundTls(settings, InboundTls.Listener.NONE);
  }

  /**
   * The same.
   *
   * @param listener told what becomes of each connection
   */
  public InboundTls inboundTls(Supplier<InboundSettings> settings, InboundTls.Listener listener) {
    return new MeshInboundTls(this, settings, clock, listener);
  }

  Optional<Generation> generation() {
    ready();
    return generation;
  }

  /** The generation in force, if peers can accept it. */
  Generation usable() throws SSLException {
    Optional<Generation> current = generation();
    if (current.isEmpty()) {
      String why = status.lastError().orElse("no identity is set");
      throw unusable("no usable identity for mutual TLS: " + why);
    }
    if (current.get().expired()) {
      throw unusable(expiry(current.get().material()));
    }
    return current.get();
  }

  private static SSLException unusable(String why) {
    return new SSLException(
        "inboard: " + why, new PeerRefusedException(Refusal.NO_IDENTITY_OF_OURS, why));
  }

  private TlsPlan simplePlan(String host) {
    SimplePlan plan = simplePlans.get(host);
    if (plan != null) {
      return plan;
    }
    if (simplePlans.size() >= MAX_PLANS) {
      simplePlans.clear();
    }
    return simplePlans.computeIfAbsent(host, SimplePlan::new);
  }

  private void run() {
    AgentLoop.named("inboard-identity")
        .run(
            () -> closed,
            () -> {
              ready();
              lookAtAccess();
              Thread.sleep(pollMillis);
              look();
            });
  }

  /**
   * Reads the files once. A change counts when two readings in a row are equal, so that files which
   * are still being written are not used.
   */
  synchronized void look() {
    ready();
    if (!settings.present()) {
      return;
    }
    PemFiles now = PemFiles.read(settings);
    if (now.equals(inForce)) {
      seen = now;
      stillInForce();
    } else if (now.equals(seen)) {
      take(now);
    } else {
      seen = now;
    }
    warnOfExpiry();
  }

  private void warnOfExpiry() {
    Optional<Generation> current = generation;
    if (current.isPresent()) {
      expiry
          .due(current.get().material(), clock.instant())
          .ifPresent(line -> warnings.accept("identity: " + line));
    }
  }

  /** Who can use the key's file may change without its content. Not before main. */
  synchronized void lookAtAccess() {
    Optional<String> now =
        settings.present() ? KeyFileAccess.warning(settings.privateKey()) : Optional.empty();
    if (!now.equals(warning)) {
      warning = now;
      now.ifPresent(text -> Log.warnOnce("key-file " + text, "identity: " + text));
      publish(status.lastError());
    }
  }

  private void stillInForce() {
    Optional<Generation> current = generation;
    if (current.isPresent() && current.get().expired()) {
      complain(expiry(current.get().material()));
    } else if (status.lastError().isPresent()) {
      said = "";
      publish(Optional.empty());
    }
  }

  private void take(PemFiles files) {
    KeyMaterial material;
    try {
      material =
          new KeyMaterialReader(files, settings.trustDomain(), clock.instant())
              .material(generations + 1);
    } catch (IdentityException e) {
      complain(e.getMessage());
      return;
    }
    generations++;
    inForce = files;
    said = "";
    generation = Optional.of(new Generation(material, clock));
    if (generations > 1) {
      Log.info("identity: " + material);
    }
    publish(Optional.empty());
  }

  /** Logs a problem once; again only after another problem or a success. */
  private void complain(String problem) {
    if (problem.equals(said)) {
      return;
    }
    said = problem;
    String consequence =
        generation.isPresent() && !generation.get().expired()
            ? " (the last good identity stays in force)"
            : "";
    Log.warn("identity: " + problem + consequence);
    publish(Optional.of(problem));
  }

  private static String expiry(KeyMaterial material) {
    return "our own certificate, "
        + material.id()
        + ", expired at "
        + material.notAfter()
        + ": mutual TLS is refused until a new one is there";
  }

  private void publish(Optional<String> error) {
    if (generation.isEmpty()) {
      status = new IdentityStatus(Optional.empty(), Optional.empty(), 0, error, warning);
    } else {
      KeyMaterial material = generation.get().material();
      status =
          new IdentityStatus(
              Optional.of(material.id()),
              Optional.of(material.notAfter()),
              material.generation(),
              error,
              warning);
    }
    listener.accept(status);
  }
}
