// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FarewellTest {
  private static final long BOUND = 30_000;

  @Test
  void workThatNeverEndsDoesNotKeepTheJvm() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean daemon = new AtomicBoolean();
    Thread last =
        Farewell.of(
            Duration.ofMillis(100),
            atMost -> {
              daemon.set(Thread.currentThread().isDaemon());
              while (never.getCount() > 0) {
                Thread.onSpinWait(); // work, not a wait that an interrupt could end
              }
            });
    try {
      last.start();
      last.join(BOUND);
      assertThat(last.isAlive()).isFalse();
      assertThat(daemon).isTrue();
    } finally {
      never.countDown();
    }
  }

  @Test
  void workThatEndsIsWaitedFor() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Thread last =
        Farewell.of(
            Duration.ofMillis(BOUND),
            atMost -> {
              try {
                Thread.sleep(50);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              done.set(true);
            });
    last.start();
    last.join(BOUND);
    assertThat(done).isTrue();
  }
}
