// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.weave.UnderWay;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ShutdownFlushTest {
  private static final long BOUND = 30_000;

  @Test
  void workThatNeverEndsDoesNotKeepTheJvm() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean daemon = new AtomicBoolean();
    Thread last =
        ShutdownFlush.of(
            Duration.ofMillis(100),
            atMost -> {
              daemon.set(Thread.currentThread().isDaemon());
              while (never.getCount() > 0) {
                Thread.onSpinWait(); // work, not a wait that an interrupt could end
              }
            },
            new UnderWay(),
            Duration.ofMillis(BOUND));
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
        ShutdownFlush.of(
            Duration.ofMillis(BOUND),
            atMost -> {
              try {
                Thread.sleep(50);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              done.set(true);
            },
            new UnderWay(),
            Duration.ofMillis(BOUND));
    last.start();
    last.join(BOUND);
    assertThat(done).isTrue();
  }

  @Test
  void whatIsUnderWayIsWaitedForAndNothingElseBegins() throws Exception {
    UnderWay underWay = new UnderWay();
    assertThat(underWay.begin()).isTrue();
    CountDownLatch flushed = new CountDownLatch(1);
    Thread last =
        ShutdownFlush.of(
            Duration.ofMillis(BOUND),
            atMost -> flushed.countDown(),
            underWay,
            Duration.ofMillis(BOUND));
    last.start();
    assertThat(flushed.await(BOUND, TimeUnit.MILLISECONDS)).isTrue();
    assertThat(underWay.begin()).as("another").isFalse();
    while (last.getState() != Thread.State.TIMED_WAITING) {
      assertThat(last.isAlive()).as("waits").isTrue();
      Thread.onSpinWait();
    }
    underWay.end();
    last.join(BOUND);
    assertThat(last.isAlive()).isFalse();
  }

  @Test
  void whatIsUnderWayForeverDoesNotKeepTheJvm() throws Exception {
    UnderWay underWay = new UnderWay();
    underWay.beginAnyway();
    Thread last =
        ShutdownFlush.of(Duration.ofMillis(100), atMost -> {}, underWay, Duration.ofMillis(100));
    last.start();
    last.join(BOUND);
    assertThat(last.isAlive()).isFalse();
  }
}
