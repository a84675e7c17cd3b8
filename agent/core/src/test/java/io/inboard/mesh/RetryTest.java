// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.mesh.World.Given.payments;
import static io.inboard.mesh.World.fails;
import static io.inboard.mesh.World.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.mesh.World.Request;
import io.inboard.mesh.World.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is sent again, where and when; resilience.md 2.1 and 2.2. */
final class RetryTest {
  private final World world = new World();

  @Test
  void aGetIsAnsweredByAnotherEndpointAfter503() {
    world.with(payments(1, 2)).always(1, status(503)).apply();
    for (int i = 0; i < 10; i++) {
      assertThat(world.get().ok()).isTrue();
    }
    assertThat(world.endpoint(1).requests()).isPositive();
    assertThat(world.status().retries()).isEqualTo(world.endpoint(1).requests());
  }

  @ParameterizedTest(name = "{0} after {1}: {2} attempts")
  @CsvSource({
    "GET, NOT_CONNECTED, 3", "GET, NOT_SENT, 3", "GET, REFUSED_STREAM, 3", "GET, SENT, 3",
    "GET, RESPONSE_STARTED, 1", "HEAD, SENT, 3", "OPTIONS, SENT, 3", "TRACE, SENT, 3",
    "PUT, NOT_CONNECTED, 3", "PUT, NOT_SENT, 3", "PUT, REFUSED_STREAM, 3", "PUT, SENT, 1",
    "DELETE, NOT_CONNECTED, 3", "DELETE, SENT, 1", "POST, NOT_CONNECTED, 3", "POST, NOT_SENT, 3",
    "POST, REFUSED_STREAM, 3", "POST, SENT, 1", "POST, RESPONSE_STARTED, 1", "PATCH, SENT, 1",
    "PATCH, NOT_CONNECTED, 3", "BREW, SENT, 1", "BREW, NOT_SENT, 3"
  })
  void repeatsAfterABrokenConnectionWhatCannotHaveRun(
      String method, Progress progress, int attempts) {
    world.with(payments(1, 2, 3));
    for (int n = 1; n <= 3; n++) {
      world.always(n, fails(progress));
    }
    assertThat(world.apply().call(Request.of(method)).attempts()).isEqualTo(attempts);
  }

  @ParameterizedTest(name = "{0} after {1} with retryOn {2}: {3} attempts")
  @CsvSource({
    "GET, 503, 503, 3",
    "GET, 425, 503, 3",
    "GET, 500, 503, 1",
    "GET, 502, 503, 1",
    "GET, 404, 503, 1",
    "GET, 503, connect-failure, 1",
    "GET, 502, gateway-error, 3",
    "GET, 500, 5xx, 3",
    "GET, 409, retriable-4xx, 3",
    "GET, 429, 429, 3",
    "PUT, 503, 503, 1",
    "PUT, 502, gateway-error, 3",
    "DELETE, 503, 503, 1",
    "POST, 503, 503, 1",
    "POST, 500, 5xx, 1",
    "POST, 503, gateway-error, 1",
    "PATCH, 503, 503, 1",
    "GET, 200, 5xx, 1",
    "GET, 302, 5xx, 1"
  })
  void repeatsAfterAStatusWhatTheMethodAllows(
      String method, int status, String retryOn, int attempts) {
    world.with(payments(1, 2, 3).retryOn(retryOn));
    for (int n = 1; n <= 3; n++) {
      world.always(n, status(status));
    }
    Result result = world.apply().call(Request.of(method));
    assertThat(result.attempts()).isEqualTo(attempts);
    assertThat(result.status()).isEqualTo(status);
  }
}
