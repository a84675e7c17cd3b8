// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FirstCallsTest {
  private final VirtualTime time = new VirtualTime();
  private final long start = time.nanos();
  private final List<String> done = new ArrayList<>();
  private int ports;

  /** In milliseconds from the start. */
  private long mainAt;

  private long portAt = Long.MAX_VALUE;

  @Test
  void beginsShortlyAfterTheApplicationHasOpenedAPort() throws Exception {
    mainAt = 100;
    portAt = 4_000;
    prepare(() -> done.add("" + passed()));
    assertThat(Long.parseLong(done.get(0))).isBetween(4_050L, 4_150L);
  }

  @Test
  void aPortThatWasOpenBeforeMainIsNotTheApplications() throws Exception {
    ports = 1;
    mainAt = 100;
    portAt = 4_000;
    prepare(() -> done.add("" + passed()));
    assertThat(Long.parseLong(done.get(0))).isBetween(4_050L, 4_150L);
  }

  @Test
  void withoutAPortItBeginsHalfAMinuteAfterMain() throws Exception {
    mainAt = 50_000;
    prepare(() -> done.add("" + passed()));
    assertThat(Long.parseLong(done.get(0))).isBetween(80_050L, 80_150L);
  }

  @Test
  void whatHasNotBegunWithinTheBudgetIsLeftOut() throws Exception {
    portAt = 0;
    prepare(
        () -> done.add("first"),
        () -> time.passMillis(FirstCalls.BUDGET.toMillis() - 1),
        () -> done.add("in time"),
        () -> time.passMillis(1),
        () -> done.add("too late"));
    assertThat(done).containsExactly("first", "in time");
  }

  @Test
  void aThreadInPremainHasNotBegunTheApplication() throws Exception {
    assertThat(FirstCalls.hasBegun(stack("java.lang.Thread", "shop.Shop"))).isTrue();
    assertThat(FirstCalls.hasBegun(stack("io.inboard.boot.Premain", "sun.instrument.Impl")))
        .isFalse();
    assertThat(FirstCalls.hasBegun(stack("java.lang.Class", "sun.launcher.LauncherHelper")))
        .isFalse();
    assertThat(FirstCalls.hasBegun(stack())).isFalse();
  }

  @Test
  void aThreadThatIsOverHasRunTheApplication() throws Exception {
    Thread over = new Thread(() -> {});
    over.start();
    over.join();
    assertThat(FirstCalls.hasBegun(over)).isTrue();
  }

  @Test
  void aThreadThatRunsSomethingElseHasBegunIt() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Thread running =
        new Thread(
            () -> {
              begun.countDown();
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    running.start();
    begun.await();
    assertThat(FirstCalls.hasBegun(running)).isTrue();
    end.countDown();
    running.join(Duration.ofSeconds(20).toMillis());
  }

  /** Its frames, the last call first. */
  private static StackTraceElement[] stack(String... classes) {
    StackTraceElement[] stack = new StackTraceElement[classes.length];
    for (int i = 0; i < classes.length; i++) {
      stack[i] = new StackTraceElement(classes[i], "run", null, 1);
    }
    return stack;
  }

  private long passed() {
    return TimeUnit.NANOSECONDS.toMillis(time.nanos() - start);
  }

  private void prepare(Runnable... pieces) throws InterruptedException {
    int before = ports;
    new FirstCalls(
            time,
            time::pass,
            () -> passed() >= mainAt,
            () -> before + (passed() >= Math.max(mainAt + 1, portAt) ? 1 : 0))
        .prepare(List.of(pieces));
  }
}
