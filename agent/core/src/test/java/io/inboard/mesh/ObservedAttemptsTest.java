// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.policy.Answer;
import io.inboard.policy.Request;
import io.inboard.policy.WrittenHeaders;
import io.inboard.settings.DestinationSettings.HedgeSettings;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the observer is told of an attempt that policy does not repeat. */
final class ObservedAttemptsTest {
  private final World world = new World();

  @Test
  void aCallThatWasGivenUpIsNotSentAgain() {
    world.with(payments(1, 2)).apply();
    var call = world.mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    send.attempt().writeHeaders(new WrittenHeaders());
    call.abandoned();
    assertThat(call.failed(send.attempt(), new IOException("cancelled"), Progress.SENT))
        .isEqualTo(Step.DELIVER);
    call.done();
    assertThat(world.endpoint(1).inFlight() + world.endpoint(2).inFlight()).isZero();
    assertThat(world.endpoint(1).failures() + world.endpoint(2).failures()).isZero();
    assertThat(world.observed.lines).last().isEqualTo("end 1 0 abandoned");
  }

  @Test
  void theApplicationsOwnTimeoutIsNamed() {
    Answer timeout = fails(new SocketTimeoutException("Read timed out"), Progress.SENT);
    world.with(payments(1)).always(1, timeout).apply().get();
    assertThat(world.observed.lines).last().isEqualTo("end 1 0 library-timeout");
  }

  @Test
  void ofTwoAttemptsTheLoserIsAbandoned() {
    HedgeSettings hedge = new HedgeSettings(95, Optional.of(Duration.ofMillis(30)), 100, false);
    world.with(payments(1, 2).that(b -> b.hedge(Optional.of(hedge)))).apply();
    var call = world.mesh.begin(Request.of("GET"));
    Attempt slow = sent(call.first());
    Attempt second = sent(call.hedge(slow));
    assertThat(call.responded(second, 200, name -> List.of())).isEqualTo(Step.DELIVER);
    call.lost(slow);
    call.done();
    assertThat(world.observed.lines)
        .contains("attempt 2 hedge " + World.address(2))
        .endsWith("end 2 200 200", "end 1 0 abandoned");
    assertThat(world.mesh.status().errors()).isZero();
    assertThat(world.time.waiting()).isZero();
  }

  @Test
  void aCallThatIsRefusedIsOver() {
    world.with(payments(1).timeout(100)).apply();
    var call = world.mesh.begin(Request.of("GET"));
    Attempt attempt = sent(call.first());
    attempt.onTimeout(() -> {});
    world.time.passMillis(100);
    assertThat(call.failed(attempt, new IOException("closed"), Progress.SENT))
        .isInstanceOf(Step.Refuse.class);
    assertThat(world.status().inFlight()).isZero();
    assertThat(world.time.waiting()).isZero();
    assertThat(world.observed.lines).endsWith("end 1 0 timeout", "refused TIMEOUT");
  }

  private static Attempt sent(Step step) {
    Attempt attempt = ((Step.Send) step).attempt();
    attempt.writeHeaders(new WrittenHeaders());
    return attempt;
  }

  @Test
  void aGrpcCallThatMayHaveRunIsNotRepeated() {
    world.with(payments(1, 2, 3).retryOn("unavailable,503,5xx"));
    for (int n = 1; n <= 3; n++) {
      world.always(n, status(200, "grpc-status", "14"));
    }
    Request grpc = Request.of("POST").with("content-type", "application/grpc+proto");
    assertThat(world.apply().call(grpc).attempts()).isEqualTo(1);
    assertThat(world.observed.lines).contains("end 1 200 unavailable");
  }
}
