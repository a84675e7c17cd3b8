// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.inboard.weave.UnderWay;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The last thing that the agent does in a JVM, which the JVM's end waits for: never longer than it
 * was given. What keeps to its time itself is not enough. On a busy machine the first use of the
 * exporter's classes alone takes longer, and that is not waiting but work.
 */
final class ShutdownFlush {
  private ShutdownFlush() {}

  /**
   * An unstarted thread for {@link Runtime#addShutdownHook}. It hands {@code work} to a daemon and
   * goes when that is done or {@code atMost} has passed, and then nothing else is under way or
   * {@code atMostInAll} has passed; both measured from its own start.
   *
   * @param underWay what begins nothing more once the thread runs
   */
  static Thread of(
      Duration atMost, Consumer<Duration> work, UnderWay underWay, Duration atMostInAll) {
    return AgentThreads.daemon(
        "inboard-exit",
        () ->
            AgentLoop.named("inboard-exit")
                .turn(
                    () -> {
                      long began = System.nanoTime();
                      underWay.over();
                      Thread worker =
                          AgentThreads.daemon("inboard-exit-work", () -> work.accept(atMost));
                      worker.start();
                      // An interrupt ends the wait.
                      worker.join(atMost.toMillis());
                      underWay.await(atMostInAll.minusNanos(System.nanoTime() - began));
                    }));
  }
}
