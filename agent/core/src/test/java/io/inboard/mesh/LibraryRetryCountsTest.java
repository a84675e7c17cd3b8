// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.CallerTerms;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.Request;
import io.inboard.policy.WrittenHeaders;
import io.inboard.settings.ResilienceSettings.LibraryRetries;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What libraries repeat by themselves where the mesh only looks on. */
final class LibraryRetryCountsTest {
  private final World world = new World();

  @Test
  void everySendOfAnAttemptAfterTheFirstIsCounted() {
    world.apply();
    Attempt attempt = attempt(Request.of("GET"));
    attempt.writeHeaders(new WrittenHeaders());
    assertThat(world.mesh.status().innerAttempts()).isEmpty();
    attempt.writeHeaders(new WrittenHeaders());
    attempt.writeHeaders(new WrittenHeaders());
    assertThat(world.mesh.status().innerAttempts())
        .containsOnlyKeys(Request.of("GET").library())
        .containsValue(2L);
  }

  @Test
  void aCallThatRepeatsAnotherIsCounted() {
    world.apply();
    OutboundRequest again = new Again(Request.of("POST"));
    attempt(again).writeHeaders(new WrittenHeaders());
    assertThat(world.mesh.status().innerAttempts().get(again.library())).isEqualTo(1);
  }

  @Test
  void theyAreLeftToTheLibraryUnlessSwitchedOff() {
    world.apply();
    assertThat(attempt(Request.of("GET")).meshRetries()).isFalse();
    world.libraryRetries = LibraryRetries.DISABLE;
    world.apply();
    assertThat(attempt(Request.of("GET")).meshRetries()).isTrue();
    world.resilience = false;
    world.apply();
    assertThat(attempt(Request.of("GET")).meshRetries()).isFalse();
  }

  @Test
  void aCallThatTheApplicationRepeatsGetsOneAttemptAndIsCounted() {
    world.with(payments(1)).always(1, status(503)).apply();
    assertThat(world.get().attempts()).isEqualTo(3);
    world.terms = CallerTerms.NONE.again("spring-retry");
    assertThat(world.get().attempts()).isEqualTo(1);
    assertThat(world.carried.get(3))
        .as("to all tiers below")
        .containsEntry("x-envoy-attempt-count", "2");
    attempt(Request.of("GET").to("elsewhere", 80));
    assertThat(world.mesh.status().outerAttempts()).isEqualTo(Map.of("spring-retry", 1L));
    assertThat(world.mesh.status().innerAttempts()).isEmpty();
    world.change(payments(1).retryingRetries());
    assertThat(world.get().attempts()).isEqualTo(3);
  }

  @Test
  void whatStandsAboveALibraryLearnsWhetherItMayRepeat() {
    world.with(payments(1)).apply();
    assertThat(world.mesh.repeats("PAYMENTS", 80)).isTrue();
    assertThat(world.mesh.repeats("elsewhere", 80)).isFalse();
    world.resilience = false;
    world.apply();
    assertThat(world.mesh.repeats("payments", 80)).isFalse();
    world.libraryRetries = LibraryRetries.DISABLE;
    world.resilience = true;
    world.apply();
    assertThat(world.mesh.repeats("elsewhere", 80)).isTrue();
  }

  private Attempt attempt(OutboundRequest request) {
    Call call = world.mesh.begin(request);
    return ((Step.Send) call.first()).attempt();
  }

  /** A request that the library sends again in a call of its own. */
  private record Again(Request request) implements OutboundRequest {
    @Override
    public boolean resent() {
      return true;
    }

    @Override
    public String library() {
      return request.library();
    }

    @Override
    public String method() {
      return request.method();
    }

    @Override
    public String scheme() {
      return request.scheme();
    }

    @Override
    public String host() {
      return request.host();
    }

    @Override
    public int port() {
      return request.port();
    }

    @Override
    public String target() {
      return request.target();
    }

    @Override
    public List<String> headers(String name) {
      return request.headers(name);
    }

    @Override
    public Body body() {
      return request.body();
    }
  }
}
