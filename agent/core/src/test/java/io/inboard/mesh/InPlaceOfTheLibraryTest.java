// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.policy.WrittenHeaders;
import io.inboard.settings.ResilienceSettings.LibraryRetries;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a library repeats by itself, and its adapter has switched off, is made good where the
 * settings repeat nothing: what was not sent always, what was sent never where zero retries are
 * asked for, and what is idempotent where nobody has asked for anything.
 */
final class InPlaceOfTheLibraryTest {
  private final World world = new World();

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"GET", "HEAD", "PUT", "POST", "PATCH"})
  void aDeadConnectionIsExchangedThoughThereShallBeNoRetry(String method) {
    world.with(payments(1).attempts(0)).script(1, fails(Progress.NOT_SENT)).apply();
    Result result = world.call(Request.of(method));
    assertThat(result.status()).isEqualTo(200);
    assertThat(world.status().retries()).as("it is no retry").isZero();
    assertThat(world.carried)
        .extracting(h -> h.get("x-envoy-attempt-count"))
        .as("the server sees the first")
        .containsOnly("1");
  }

  @Test
  void soItIsWhereTheWordsOfRetryOnDoNotHaveIt() {
    world.with(payments(1).retryOn("503")).script(1, fails(Progress.NOT_SENT)).apply();
    assertThat(world.call(Request.of("POST")).status()).isEqualTo(200);
  }

  @Test
  void aPoolThatIsDeadAltogetherIsNotTriedForEver() {
    world.with(payments(1).attempts(0)).always(1, fails(Progress.NOT_SENT)).apply();
    assertThat(world.get().attempts()).isEqualTo(5);
  }

  @ParameterizedTest(name = "{0} after {1} with resilience {2}: {3} attempts")
  @CsvSource({
    "GET, SENT, true, 1",
    "GET, SENT, false, 2",
    "POST, SENT, true, 1",
    "POST, SENT, false, 1",
    "PATCH, SENT, false, 1",
    "GET, RESPONSE_STARTED, false, 1",
    "GET, NOT_CONNECTED, false, 1",
    "GET, NOT_CONNECTED, true, 1"
  })
  void whatWasSentIsSentAgainWhereResilienceIsOffAndTheLibraryWould(
      String method, Progress progress, boolean resilience, int attempts) {
    world.resilience = resilience;
    world.with(payments(1).attempts(0)).always(1, fails(progress)).apply();
    assertThat(world.call(Request.of(method)).attempts()).isEqualTo(attempts);
  }

  @Test
  void aLibraryThatWouldNotIsLeftAtThat() {
    world.resilience = false;
    world.with(payments(1)).always(1, fails(Progress.SENT)).apply();
    assertThat(world.call(Request.of("DELETE")).attempts()).isEqualTo(1);
  }

  @Test
  void whereOnlyTheLibrarysRetriesAreOffADeadConnectionIsExchangedToo() {
    world.libraryRetries = LibraryRetries.DISABLE;
    world.apply();
    Call call = world.mesh.begin(Request.of("POST"));
    Attempt attempt = ((Step.Send) call.first()).attempt();
    attempt.writeHeaders(new WrittenHeaders());
    Step again = call.failed(attempt, new IOException("closed"), Progress.NOT_SENT);
    assertThat(again).isInstanceOf(Step.Send.class);
    attempt.writeHeaders(new WrittenHeaders());
    assertThat(world.mesh.status().innerAttempts()).as("nothing was sent twice").isEmpty();
    assertThat(call.failed(attempt, new IOException("closed"), Progress.SENT))
        .isInstanceOf(Step.Deliver.class);
  }
}
