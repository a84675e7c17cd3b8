// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Step;
import io.inboard.policy.Given;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.settings.FaultSettings;
import io.inboard.settings.RouteSettings;
import io.inboard.settings.RouteSettings.Match;
import io.inboard.settings.RouteSettings.TextMatch;
import io.inboard.settings.RouteSettings.TextMatch.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Failures on purpose. */
final class FaultTest {
  private final World world = new World();

  private static Optional<FaultSettings> delay(long millis, double percentage) {
    return Optional.of(
        new FaultSettings(
            Optional.of(new FaultSettings.Delay(Duration.ofMillis(millis), percentage)),
            Optional.empty()));
  }

  private static Optional<FaultSettings> abort(int status, double percentage) {
    return Optional.of(
        new FaultSettings(
            Optional.empty(), Optional.of(new FaultSettings.Abort(status, percentage))));
  }

  private long millisOf(Request request) {
    long start = world.time.nanos();
    world.call(request);
    return TimeUnit.NANOSECONDS.toMillis(world.time.nanos() - start);
  }

  @Test
  void aShareOfTheCallsIsDelayed() {
    world.with(payments(1, 2).that(b -> b.fault(delay(100, 10)))).apply();
    int delayed = 0;
    for (int i = 0; i < 2_000; i++) {
      long took = millisOf(Request.of("GET"));
      assertThat(took).isIn(0L, 100L);
      delayed += took == 100 ? 1 : 0;
    }
    assertThat(delayed).isBetween(150, 250);
    assertThat(world.status().interventions().faultsDelayed()).isEqualTo(delayed);
    assertThat(world.status().interventions().faultsAborted()).isZero();
    assertThat(world.arrived).hasSize(2_000);
  }

  @Test
  void aShareOfTheCallsIsAnsweredWithoutBeingSent() {
    world.with(payments(1, 2).breaker(50, 20).that(b -> b.fault(abort(503, 30)))).apply();
    int aborted = 0;
    for (int i = 0; i < 2_000; i++) {
      Result result = world.get();
      if (!result.ok()) {
        aborted++;
        assertThat(result.attempts()).isZero();
        assertThat(result.answer().status()).isEqualTo(503);
        assertThat(result.answer().headers()).containsEntry("x-inboard-fault", "abort");
      }
    }
    assertThat(aborted).isBetween(500, 700);
    assertThat(world.status().interventions().faultsAborted()).isEqualTo(aborted);
    assertThat(world.arrived).as("and is not repeated").hasSize(2_000 - aborted);
    assertThat(world.status().window().failure()).as("nor anybody's failure").isZero();
    assertThat(world.status().inFlight()).isZero();
  }

  @Test
  void aDelayComesBeforeAnAbort() {
    FaultSettings both =
        new FaultSettings(
            Optional.of(new FaultSettings.Delay(Duration.ofMillis(50), 100)),
            Optional.of(new FaultSettings.Abort(418, 100)));
    world.with(payments(1).that(b -> b.fault(Optional.of(both)))).apply();
    long start = world.time.nanos();
    Result result = world.get();
    assertThat(result.answer().status()).isEqualTo(418);
    assertThat(world.time.nanos() - start).isEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
    assertThat(world.observed.lines).containsExactly("call payments", "injected 50 ms 418");
    assertThat(world.status().inFlight()).isZero();
  }

  @Test
  void aDelayCountsAgainstTheCallsTime() {
    world.with(payments(1).timeout(1_000).that(b -> b.fault(delay(400, 100)))).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    assertThat(send.delayNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(400));
    world.time.pass(send.delayNanos());
    assertThat(send.attempt().timeoutNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(600));
    call.done();
  }

  @Test
  void aDelayThatIsLongerThanTheCallsTimeEndsAtItsEnd() {
    world.with(payments(1).timeout(1_000).that(b -> b.fault(delay(5_000, 100)))).apply();
    long start = world.time.nanos();
    Result result = world.get();
    assertThat(result.refused().reason()).isEqualTo(Step.Reason.TIMEOUT);
    assertThat(world.time.nanos() - start).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    assertThat(world.arrived).isEmpty();
    assertThat(world.status().timeouts()).isEqualTo(1);
  }

  @Test
  void whoGivesUpDuringAPauseLeavesNothing() {
    world.with(payments(1).timeout(1_000).that(b -> b.fault(delay(5_000, 100)))).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    Step.Later wait = (Step.Later) call.first();
    assertThat(wait.next()).isNotDone();
    call.abandoned();
    assertThat(wait.next()).isDone();
    assertThat(world.time.waiting()).isZero();
    assertThat(world.status().inFlight()).isZero();
  }

  @Test
  void onlyTheCallsOfARouteFail() {
    Match marked =
        new Match(
            Map.of("x-chaos", new TextMatch(Kind.PRESENT, "")), Optional.empty(), Optional.empty());
    Given given =
        payments(1)
            .route(
                marked,
                r ->
                    new RouteSettings(
                        r.match(),
                        r.resilience(),
                        r.timeout(),
                        r.retries(),
                        abort(500, 100),
                        List.of()));
    world.with(given).apply();
    assertThat(world.get().ok()).isTrue();
    assertThat(world.call(Request.of("GET").with("X-Chaos", "yes")).status()).isEqualTo(500);
    assertThat(world.status().interventions().faultsAborted()).isEqualTo(1);
  }

  @Test
  void theSwitchStopsItLive() {
    world.with(payments(1).that(b -> b.fault(abort(500, 100)))).apply();
    assertThat(world.get().status()).isEqualTo(500);
    world.resilience = false;
    world.apply();
    assertThat(world.get().ok()).isTrue();
    assertThat(world.status().interventions().faultsAborted()).isEqualTo(1);
  }
}
