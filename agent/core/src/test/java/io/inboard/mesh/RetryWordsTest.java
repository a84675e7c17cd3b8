// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.fails;
import static io.inboard.policy.Answer.refused;
import static io.inboard.policy.Answer.silence;
import static io.inboard.policy.Answer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inboard.call.Call.Progress;
import io.inboard.policy.Answer;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every word of {@code retryOn} that settings accept does what it says, by itself. */
final class RetryWordsTest {
  private static final Map<String, Answer> WORDS =
      new TreeMap<>(
          Map.of(
              "connect-failure", refused(),
              "refused-stream", fails(Progress.REFUSED_STREAM),
              "reset-before-request", fails(Progress.NOT_SENT),
              "reset-before-response", fails(Progress.SENT),
              "gateway-error", status(502),
              "5xx", status(500),
              "per-try-timeout", silence(),
              "retriable-4xx", status(409)));

  static {
    WORDS.put("cancelled", grpc(1));
    WORDS.put("deadline-exceeded", grpc(4));
    WORDS.put("resource-exhausted", grpc(8));
    WORDS.put("internal", grpc(13));
    WORDS.put("unavailable", grpc(14));
  }

  private static Answer grpc(int status) {
    return status(200, "grpc-status", Integer.toString(status));
  }

  private static DestinationSettings read(String retryOn) throws SettingsException {
    return new SettingsReader(Map.of(), "")
        .read(
            """
            destinations:
              - host: payments
                endpoints: ["10.0.0.1:8080", "10.0.0.2:8080"]
                retries: {attempts: 1, perTryTimeout: 500ms, retryOn: "%s",
                          trustIdempotencyKey: true}
            """
                .formatted(retryOn),
            "test.yaml")
        .destinations()
        .get(0);
  }

  /** A request that may be repeated, whose endpoints both answer so; there is one retry. */
  private static Result get(String retryOn, Answer first) throws SettingsException {
    World world = new World();
    world.destinations.add(read(retryOn));
    world.apply();
    world.script(1, first).script(2, first);
    return world.call(
        first instanceof Answer.Status s && s.headers().containsKey("grpc-status")
            ? Request.of("POST")
                .with("content-type", "application/grpc")
                .with("idempotency-key", "1")
            : Request.of("GET"));
  }

  @Test
  void theTableHasEveryWordThatSettingsAccept() {
    SettingsException e =
        catchThrowableOfType(SettingsException.class, () -> read("nonsense-word"));
    String hint = e.problems().get(0).hint();
    assertThat(hint).startsWith("one of ").endsWith(", or a status such as 503");
    String words = hint.substring("one of ".length(), hint.indexOf(", or a status"));
    assertThat(WORDS.keySet()).containsExactlyInAnyOrder(words.split(Pattern.quote(", ")));
  }

  @Test
  void everyWordRepeatsWhatItNamesAndNothingElse() throws Exception {
    for (String word : WORDS.keySet()) {
      assertThat(get(word, WORDS.get(word)).attempts()).as(word).isEqualTo(2);
      assertThat(get(word, status(404)).attempts()).as(word + " and 404").isEqualTo(1);
    }
    for (String word : List.of("refused-stream", "reset-before-request", "retriable-4xx", "404")) {
      assertThat(get(word, refused()).attempts()).as(word).isEqualTo(1);
      assertThat(get(word, fails(Progress.SENT)).attempts()).as(word).isEqualTo(1);
      assertThat(get(word, status(503)).attempts()).as(word).isEqualTo(1);
    }
  }

  @Test
  void everyStatusThatSettingsAcceptIsRepeated() throws Exception {
    for (int code = 400; code <= 599; code++) {
      assertThat(get(Integer.toString(code), status(code)).attempts()).as("%s", code).isEqualTo(2);
    }
    assertThat(get("500", status(502)).attempts()).isEqualTo(1);
  }
}
