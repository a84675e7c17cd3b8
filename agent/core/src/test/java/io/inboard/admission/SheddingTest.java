// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.admission.Shedding.Admission;
import io.inboard.call.CallerTerms;
import io.inboard.call.GrpcStatus;
import io.inboard.call.Verdict;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DeadlineSettings.Mode;
import io.inboard.settings.DeadlineSettings.Trust;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.ServerSettings;
import io.inboard.settings.ServerSettings.Adaptive;
import io.inboard.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SheddingTest {
  private static final Arrival ORDER = Arrival.of("/orders");

  private final VirtualTime time = new VirtualTime();
  private final Shedding shedding = new Shedding(time);

  @Test
  void nothingIsRefusedUnlessSettingsSaySo() {
    apply(Mode.OBSERVE, 0.2, ServerSettings.DEFAULT);
    for (int i = 0; i < 1000; i++) {
      assertThat(admitted(ORDER.queued(Long.MAX_VALUE))).isTrue();
    }
    assertThat(shedding.status().inFlight()).isEqualTo(1000);
    assertThat(shedding.status().limit()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void moreRequestsThanMaxConcurrentAreRefusedUntilOneEnds() {
    apply(Mode.OBSERVE, 0.2, limits(2, Optional.empty(), false));
    Admission first = admit(ORDER);
    admit(ORDER);
    assertThat(admit(ORDER).verdict())
        .isEqualTo(new Verdict.Deny(503, "shed: too many requests at once"));
    first.end(200);
    first.end(200);
    assertThat(admitted(ORDER)).isTrue();
    assertThat(admitted(ORDER)).isFalse();
    assertThat(shedding.status().shed()).containsEntry("concurrency", 2L);
  }

  @Test
  void aRefusedRequestThatEndsFreesNobodysPlace() {
    apply(Mode.OBSERVE, 0.2, limits(1, Optional.empty(), false));
    Admission first = admit(ORDER);
    admit(ORDER).end(503);
    assertThat(admitted(ORDER)).isFalse();
    first.end(0);
    assertThat(shedding.status().inFlight()).isZero();
  }

  @Test
  void theAdaptiveLimitRefusesAndIsGivenBackHoweverARequestEnds() {
    apply(Mode.OBSERVE, 0.2, adaptive(20, Map.of()));
    List<Admission> in = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      in.add(admit(ORDER));
    }
    assertThat(in.stream().filter(a -> a.verdict() == Verdict.ALLOW)).hasSize(20);
    assertThat(shedding.status().shed()).containsEntry("adaptive", 10L);
    assertThat(shedding.status().limit()).isEqualTo(20);
    int status = 0;
    for (Admission a : in) {
      if (status % 200 == 0) {
        a.answered(200);
      }
      a.end(status);
      status = (status + 100) % 600;
    }
    assertThat(shedding.status().inFlight()).isZero();
    for (int i = 0; i < 20; i++) {
      assertThat(admitted(ORDER)).isTrue();
    }
  }

  @Test
  void aCallerWithAShareGetsInPastAFlood() {
    apply(Mode.OBSERVE, 0.2, adaptive(20, Map.of("cluster.local/ns/shop/sa/web", 50)));
    for (int i = 0; i < 20; i++) {
      admit(ORDER);
    }
    assertThat(admitted(ORDER)).isFalse();
    assertThat(admitted(ORDER.from("cluster.local/ns/shop/sa/web"))).isTrue();
    assertThat(admitted(ORDER.from("cluster.local/ns/shop/sa/other"))).isFalse();
  }

  @Test
  void whatHasWaitedTooLongInsideTheServerIsRefused() {
    apply(Mode.OBSERVE, 0.2, limits(9, Optional.of(Duration.ofMillis(100)), false));
    assertThat(admitted(ORDER.queued(TimeUnit.MILLISECONDS.toNanos(100)))).isTrue();
    assertThat(admitted(ORDER.queued(TimeUnit.MILLISECONDS.toNanos(101)))).isFalse();
    assertThat(shedding.status().shed()).containsEntry("queue_time", 1L);
    assertThat(shedding.status().inFlight()).isEqualTo(1);
  }

  @Test
  void aRequestThatWasLetInIsRefusedWhenItWaitsTooLongForAThread() {
    apply(Mode.OBSERVE, 0.2, limits(9, Optional.of(Duration.ofMillis(100)), false));
    Admission quick = admit(ORDER);
    Admission slow = admit(ORDER);
    assertThat(quick.waited(CallerTerms.NONE, TimeUnit.MILLISECONDS.toNanos(100)))
        .isEqualTo(Verdict.ALLOW);
    assertThat(slow.waited(CallerTerms.NONE, TimeUnit.MILLISECONDS.toNanos(101)))
        .isEqualTo(new Verdict.Deny(503, "shed: waited too long inside the server"));
    assertThat(shedding.status().shed()).containsEntry("queue_time", 1L);
    assertThat(shedding.status().inFlight()).isEqualTo(2);
    slow.end(503);
    assertThat(shedding.status().inFlight()).isEqualTo(1);
  }

  @Test
  void aRequestWhoseCallerGaveUpWhileItWaitedForAThreadIsRefused() {
    apply(Mode.ENFORCE, 1, ServerSettings.DEFAULT);
    CallerTerms terms = terms(TimeUnit.MILLISECONDS.toNanos(50));
    Admission admitted = shedding.admit(ORDER, terms);
    assertThat(admitted.verdict()).isEqualTo(Verdict.ALLOW);
    time.passMillis(60);
    assertThat(admitted.waited(terms, TimeUnit.MILLISECONDS.toNanos(60)))
        .isEqualTo(
            new Verdict.Deny(503, GrpcStatus.DEADLINE_EXCEEDED, "shed: the caller's time is up"));
  }

  @Test
  void whatIsNeverRefusedMayWaitForAThread() {
    apply(Mode.ENFORCE, 1, limits(9, Optional.of(Duration.ofMillis(100)), false));
    Admission probe = shedding.admit(Arrival.of("/actuator/health"), terms(-1));
    assertThat(probe.waited(terms(-1), Long.MAX_VALUE)).isEqualTo(Verdict.ALLOW);
  }

  @Test
  void anExpiredRequestIsOnlyCountedInObserve() {
    apply(Mode.OBSERVE, 1, ServerSettings.DEFAULT);
    CallerTerms expired = terms(-1);
    assertThat(shedding.admit(ORDER, expired).verdict()).isEqualTo(Verdict.ALLOW);
    assertThat(shedding.status().expired()).isEqualTo(1);
    assertThat(shedding.status().shed()).containsEntry("deadline", 0L);
  }

  @Test
  void anExpiredRequestIsRefusedInEnforceAndWithDropExpired() {
    apply(Mode.ENFORCE, 1, ServerSettings.DEFAULT);
    assertThat(shedding.admit(ORDER, terms(1)).verdict()).isEqualTo(Verdict.ALLOW);
    assertThat(shedding.admit(ORDER, terms(0)).verdict()).isInstanceOf(Verdict.Deny.class);
    apply(Mode.OBSERVE, 1, limits(Integer.MAX_VALUE, Optional.empty(), true));
    assertThat(shedding.admit(ORDER, terms(0)).verdict()).isInstanceOf(Verdict.Deny.class);
    assertThat(shedding.status().shed()).containsEntry("deadline", 2L);
    assertThat(shedding.status().expired()).isZero();
  }

  @Test
  void atMostTheFractionOfTheLastTenSecondsIsRefusedForItsDeadline() {
    apply(Mode.ENFORCE, 0.2, ServerSettings.DEFAULT);
    CallerTerms expired = terms(-1);
    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      refused += shedding.admit(ORDER, expired).verdict() == Verdict.ALLOW ? 0 : 1;
    }
    assertThat(refused).isEqualTo(200);
    assertThat(shedding.status().expired()).isEqualTo(800);
    time.passMillis(9_000);
    for (int i = 0; i < 50; i++) {
      shedding.admit(ORDER, CallerTerms.NONE);
    }
    // The fraction is of what the window holds: ten more, whatever happened before it.
    time.passMillis(1_001);
    int after = 0;
    for (int i = 0; i < 50; i++) {
      after += shedding.admit(ORDER, expired).verdict() == Verdict.ALLOW ? 0 : 1;
    }
    assertThat(after).isEqualTo(20);
    // Seconds without a request do not make older ones count again.
    for (int i = 0; i < 100; i++) {
      shedding.admit(ORDER, CallerTerms.NONE);
    }
    time.passMillis(13_000);
    int late = 0;
    for (int i = 0; i < 50; i++) {
      late += shedding.admit(ORDER, expired).verdict() == Verdict.ALLOW ? 0 : 1;
    }
    assertThat(late).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/actuator/health", "/actuator/health/liveness"})
  void healthChecksAreNeverRefused(String path) {
    apply(Mode.ENFORCE, 1, limits(1, Optional.of(Duration.ofMillis(1)), true));
    admit(ORDER);
    assertThat(admitted(ORDER)).isFalse();
    assertThat(shedding.admit(Arrival.of(path).queued(Long.MAX_VALUE), terms(-1)).verdict())
        .isEqualTo(Verdict.ALLOW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/actuator/health/../../orders",
        "/actuator/health/..;/..;/orders",
        "/actuator/health/%2e%2e/%2e%2e/orders",
        "/actuator/health/..%2f..%2forders",
        "/actuator/health//x",
        "/actuator/health/;x",
        "/actuator/health/\\..\\..\\orders"
      })
  void aPathThatOnlyLooksLikeAHealthCheckIsNone(String path) {
    apply(Mode.OBSERVE, 1, limits(1, Optional.empty(), false));
    admit(ORDER);
    assertThat(admitted(Arrival.of(path))).isFalse();
  }

  @Test
  void theSwitchTurnsEverythingOffAndOnAgainAndForgetsNothing() {
    apply(Mode.ENFORCE, 1, limits(3, Optional.of(Duration.ofMillis(1)), true));
    Admission early = admit(ORDER);
    admit(ORDER);
    shedding.apply(
        new ResilienceSettings(
            false, DeadlineSettings.DEFAULT, ResilienceSettings.LibraryRetries.OBSERVE),
        limits(3, Optional.of(Duration.ofMillis(1)), true));
    for (int i = 0; i < 5; i++) {
      assertThat(shedding.admit(ORDER.queued(Long.MAX_VALUE), terms(-1)).verdict())
          .isEqualTo(Verdict.ALLOW);
    }
    early.end(200);
    apply(Mode.ENFORCE, 1, limits(7, Optional.of(Duration.ofMillis(1)), true));
    assertThat(shedding.status().inFlight()).isEqualTo(6);
    assertThat(admitted(ORDER)).isTrue();
    assertThat(admitted(ORDER)).isFalse();
  }

  @Test
  void aChangeOfTheSettingsKeepsTheLimitThatWasFound() {
    apply(Mode.OBSERVE, 0.2, adaptive(100, Map.of()));
    for (int window = 0; window < 60; window++) {
      List<Admission> in = new ArrayList<>();
      for (int i = 0; i < shedding.status().limit(); i++) {
        in.add(admit(ORDER));
      }
      time.passMillis(1000);
      in.forEach(a -> a.end(200));
    }
    int found = shedding.status().limit();
    assertThat(found).isGreaterThan(50);
    apply(Mode.ENFORCE, 0.2, adaptive(90, Map.of("web", 10)));
    assertThat(shedding.status().limit()).isEqualTo(found);
  }

  private boolean admitted(Arrival request) {
    return admit(request).verdict() == Verdict.ALLOW;
  }

  private Admission admit(Arrival request) {
    return shedding.admit(request, CallerTerms.NONE);
  }

  private CallerTerms terms(long leftNanos) {
    return new CallerTerms(time.nanos() + leftNanos, true, false, "");
  }

  private void apply(Mode mode, double fraction, ServerSettings server) {
    shedding.apply(
        new ResilienceSettings(
            true,
            new DeadlineSettings(mode, Trust.MESH, DeadlineSettings.DEFAULT.headers(), fraction),
            ResilienceSettings.LibraryRetries.OBSERVE),
        server);
  }

  private static ServerSettings limits(int most, Optional<Duration> queue, boolean dropExpired) {
    return new ServerSettings(
        Optional.empty(), most, queue, dropExpired, ServerSettings.DEFAULT.exempt());
  }

  private static ServerSettings adaptive(int max, Map<String, Integer> partitions) {
    return new ServerSettings(
        Optional.of(new Adaptive(20, max, partitions)),
        Integer.MAX_VALUE,
        Optional.empty(),
        false,
        ServerSettings.DEFAULT.exempt());
  }
}
