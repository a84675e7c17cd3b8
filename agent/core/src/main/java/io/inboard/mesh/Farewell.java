// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * The last thing that the agent does in a JVM, which the JVM's end waits for: never longer than it
 * was given. What keeps to its time itself is not enough. On a busy machine the first use of the
 * exporter's classes alone takes longer, and that is not waiting but work.
 */
final class Farewell {
  private Farewell() {}

  /**
   * An unstarted thread for {@link Runtime#addShutdownHook}. It hands {@code work} to a daemon and
   * goes when that is done or {@code atMost} has passed, measured from its own start.
   */
  static Thread of(Duration atMost, Consumer<Duration> work) {
    Thread last =
        new Thread(
            () -> {
              Thread worker = new Thread(() -> work.accept(atMost), "inboard-exit-work");
              // Its context class loader is this thread's. To set it anew would need a right that a
              // security manager, set by the application since, may refuse.
              worker.setDaemon(true);
              worker.start();
              try {
                worker.join(atMost.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // somebody wants the end now
              }
            },
            "inboard-exit");
    last.setContextClassLoader(null);
    return last;
  }
}
