// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.admission.ConcurrencyLimiter.Ended;
import io.inboard.admission.ConcurrencyLimiter.Permit;
import io.inboard.settings.ServerSettings.Adaptive;
import io.inboard.time.Clock;
import io.inboard.time.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ConcurrencyLimiterTest {
  private final VirtualTime time = new VirtualTime();

  @Test
  void thereIsRoomForAsManyAsTheLimitAndAgainWhenTheyEnd() {
    ConcurrencyLimiter limiter = limiter(5, 5, Map.of());
    List<Permit> in = fill(limiter, "");
    assertThat(in).hasSize(5);
    in.get(0).release(Ended.SERVED);
    in.get(0).release(Ended.SERVED);
    assertThat(fill(limiter, "")).hasSize(1);
    assertThat(limiter.inFlight()).isEqualTo(5);
  }

  @Test
  void theLimitGrowsWhileLatencyStaysAndTheLimitIsUsed() {
    ConcurrencyLimiter limiter = limiter(10, 1000, Map.of());
    assertThat(limiter.limit()).isEqualTo(20);
    for (int i = 0; i < 100; i++) {
      window(limiter, limiter.limit(), 10);
    }
    // 0.2 * 4 for each window.
    assertThat(limiter.limit()).isBetween(95, 100);
  }

  @Test
  void theLimitDoesNotGrowWhileItIsNotUsed() {
    ConcurrencyLimiter limiter = limiter(10, 1000, Map.of());
    for (int i = 0; i < 100; i++) {
      window(limiter, 9, 10);
    }
    assertThat(limiter.limit()).isEqualTo(20);
  }

  @Test
  void theLimitShrinksWhenLatencyGrowsAndComesBack() {
    ConcurrencyLimiter limiter = limiter(10, 1000, Map.of());
    for (int i = 0; i < 100; i++) {
      window(limiter, limiter.limit(), 10);
    }
    for (int i = 0; i < 30; i++) {
      window(limiter, limiter.limit(), 100);
    }
    int busy = limiter.limit();
    assertThat(busy).isLessThan(45);
    for (int i = 0; i < 100; i++) {
      window(limiter, limiter.limit(), 10);
    }
    assertThat(limiter.limit()).isGreaterThan(busy + 60);
  }

  @Test
  void aLongTimeOfTooMuchLoadIsForgottenSoon() {
    Gradient2 gradient = new Gradient2(10, 1000);
    for (int i = 0; i < 20; i++) {
      gradient.learn(100e6, gradient.limit());
    }
    for (int i = 0; i < 30; i++) {
      gradient.learn(10e6, gradient.limit());
    }
    int before = gradient.limit();
    for (int i = 0; i < 10; i++) {
      gradient.learn(60e6, gradient.limit());
    }
    assertThat(gradient.limit()).isLessThan(before);
  }

  @Test
  void theLimitStaysWithinItsBoundsAndChangesThemLive() {
    ConcurrencyLimiter limiter = limiter(15, 30, Map.of());
    for (int i = 0; i < 100; i++) {
      window(limiter, limiter.limit(), 10);
    }
    assertThat(limiter.limit()).isEqualTo(30);
    List<Permit> in = fill(limiter, "");
    limiter.apply(new Adaptive(5, 8, Map.of()));
    assertThat(limiter.limit()).isEqualTo(8);
    assertThat(limiter.inFlight()).isEqualTo(30);
    assertThat(limiter.tryAcquire("")).isEmpty();
    in.forEach(p -> p.release(Ended.FAILED));
    for (int i = 0; i < 20; i++) {
      window(limiter, limiter.limit(), 500);
    }
    assertThat(limiter.limit()).isBetween(5, 8);
  }

  @Test
  void aFailureAndASlowReaderTeachNothing() {
    ConcurrencyLimiter limiter = limiter(10, 1000, Map.of());
    for (int i = 0; i < 50; i++) {
      window(limiter, limiter.limit(), 10);
    }
    int before = limiter.limit();
    for (int i = 0; i < 20; i++) {
      List<Permit> in = fill(limiter, "");
      time.passMillis(10);
      in.forEach(p -> p.answered(Ended.SERVED));
      time.passMillis(5_000);
      in.forEach(p -> p.release(Ended.FAILED));
      in = fill(limiter, "");
      time.passMillis(3_000);
      in.forEach(p -> p.release(Ended.FAILED));
    }
    assertThat(limiter.limit()).isGreaterThanOrEqualTo(before);
    assertThat(limiter.inFlight()).isZero();
  }

  @Test
  void whoHasAShareGetsInPastAFloodOfOthers() {
    ConcurrencyLimiter limiter = limiter(20, 20, Map.of("web", 50, "batch", 10));
    assertThat(fill(limiter, "")).hasSize(20);
    List<Permit> batch = fill(limiter, "batch");
    List<Permit> web = fill(limiter, "web");
    assertThat(batch).hasSize(2);
    assertThat(web).hasSize(10);
    assertThat(limiter.tryAcquire("")).isEmpty();
    web.get(0).release(Ended.SERVED);
    assertThat(limiter.tryAcquire("")).isEmpty();
    assertThat(limiter.tryAcquire("batch")).isEmpty();
    assertThat(limiter.tryAcquire("web")).isPresent();
  }

  @Test
  void whoHasAShareMayUseAllWhileThereIsRoomAndASurvivingShareKeepsItsCount() {
    ConcurrencyLimiter limiter = limiter(20, 20, Map.of("web", 50));
    List<Permit> web = fill(limiter, "web");
    assertThat(web).hasSize(20);
    limiter.apply(new Adaptive(20, 20, Map.of("web", 75)));
    assertThat(limiter.tryAcquire("web")).isEmpty();
    web.forEach(p -> p.release(Ended.SERVED));
    assertThat(limiter.inFlight()).isZero();
    fill(limiter, "");
    assertThat(fill(limiter, "web")).hasSize(15);
  }

  /**
   * T6 of the specification: ten workers of 10 ms are offered twice what they can do for ten
   * seconds, after five seconds at half of it.
   */
  @Test
  void underTwiceItsCapacityTheServerDoesAllItCanAndAnswersSoon() {
    ConcurrencyLimiter limiter = limiter(20, 1000, Map.of());
    Random random = new Random(6);
    long[] freeAt = new long[10];
    List<long[]> underWay = new ArrayList<>();
    List<Permit> permits = new ArrayList<>();
    long start = time.nanos();
    List<Long> times = new ArrayList<>();
    for (long at = 0; at < TimeUnit.SECONDS.toNanos(15); ) {
      boolean overloaded = at >= TimeUnit.SECONDS.toNanos(5);
      at += (long) (-Math.log(1 - random.nextDouble()) * 1e9 / (overloaded ? 2000 : 500));
      finish(underWay, permits, start + at, overloaded ? times : new ArrayList<>());
      time.pass(start + at - time.nanos());
      Optional<Permit> permit = limiter.tryAcquire("");
      if (permit.isPresent()) {
        int worker = 0;
        for (int w = 1; w < freeAt.length; w++) {
          worker = freeAt[w] < freeAt[worker] ? w : worker;
        }
        double service = 10e6 * Math.exp(0.5 * random.nextGaussian() - 0.125);
        freeAt[worker] = Math.max(freeAt[worker], at) + (long) service;
        underWay.add(new long[] {start + at, start + freeAt[worker]});
        permits.add(permit.get());
      }
    }
    times.sort(null);
    // 1,000 a second for ten seconds; unloaded, the p99 of a lognormal of this shape is 28 ms.
    assertThat(times.size()).isGreaterThanOrEqualTo(9_500);
    assertThat(times.get(times.size() * 99 / 100))
        .isLessThan(TimeUnit.MILLISECONDS.toNanos(5 * 28));
  }

  private void finish(List<long[]> underWay, List<Permit> permits, long until, List<Long> times) {
    while (true) {
      int next = -1;
      for (int i = 0; i < underWay.size(); i++) {
        if (underWay.get(i)[1] - until <= 0
            && (next < 0 || underWay.get(i)[1] - underWay.get(next)[1] < 0)) {
          next = i;
        }
      }
      if (next < 0) {
        return;
      }
      long[] done = underWay.remove(next);
      time.pass(Math.max(0, done[1] - time.nanos()));
      permits.remove(next).release(Ended.SERVED);
      times.add(done[1] - done[0]);
    }
  }

  @Test
  void manyThreadsNeverExceedTheLimitAndLeaveNothingBehind() throws InterruptedException {
    ConcurrencyLimiter limiter = new ConcurrencyLimiter(adaptive(7, 7, Map.of()), Clock.SYSTEM);
    CountDownLatch done = new CountDownLatch(4);
    List<Integer> over = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      String principal = t % 2 == 0 ? "web" : "";
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  List<Permit> mine = fill(limiter, principal);
                  int now = limiter.inFlight();
                  if (now > 7) {
                    synchronized (over) {
                      over.add(now);
                    }
                  }
                  mine.forEach(p -> p.release(Ended.SERVED));
                }
                done.countDown();
              });
      thread.setDaemon(true);
      thread.start();
    }
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(over).isEmpty();
    assertThat(limiter.inFlight()).isZero();
  }

  /** One second with so many requests at once, again and again, that take so long each. */
  private void window(ConcurrencyLimiter limiter, int atOnce, long millis) {
    for (long passed = 0; passed < 1000; passed += millis) {
      List<Permit> in = new ArrayList<>();
      for (int i = 0; i < atOnce; i++) {
        limiter.tryAcquire("").ifPresent(in::add);
      }
      time.passMillis(millis);
      in.forEach(p -> p.release(Ended.SERVED));
    }
  }

  private static List<Permit> fill(ConcurrencyLimiter limiter, String principal) {
    List<Permit> in = new ArrayList<>();
    Optional<Permit> next = limiter.tryAcquire(principal);
    while (next.isPresent() && in.size() < 5000) {
      in.add(next.get());
      next = limiter.tryAcquire(principal);
    }
    return in;
  }

  private ConcurrencyLimiter limiter(int min, int max, Map<String, Integer> shares) {
    return new ConcurrencyLimiter(adaptive(min, max, shares), time);
  }

  private static Adaptive adaptive(int min, int max, Map<String, Integer> shares) {
    return new Adaptive(min, max, shares);
  }
}
