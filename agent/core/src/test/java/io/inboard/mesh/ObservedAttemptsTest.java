// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.policy.Request;
import io.inboard.policy.WrittenHeaders;
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
    assertThat(call.failed(send.attempt(), new java.io.IOException("cancelled"), Progress.SENT))
        .isEqualTo(Step.DELIVER);
    call.done();
    assertThat(world.endpoint(1).inFlight() + world.endpoint(2).inFlight()).isZero();
    assertThat(world.endpoint(1).failures() + world.endpoint(2).failures()).isZero();
    assertThat(world.observed.lines).last().isEqualTo("end 1 0 abandoned");
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
