// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.OutboundRequest.Body;
import io.inboard.settings.RetrySettings;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which outcome of which request is worth another attempt; the table of resilience.md 2.1.
 *
 * <p>As in Envoy, {@code 5xx} and {@code gateway-error} stand for failures without an answer, too.
 *
 * <p>Whatever the settings say, a request that is not idempotent by RFC 9110 section 9.2.2 is not
 * repeated once a byte of it was sent.
 *
 * @param attempts retries after the first attempt
 * @param perTryNanos {@link Long#MAX_VALUE}: none
 * @param keywords of {@code retryOn}
 * @param idempotent methods whose default failures ({@code 503}, {@code reset-before-response}) are
 *     retried; settings refuse those that are not idempotent
 */
record RetryRules(
    int attempts,
    long perTryNanos,
    Set<String> keywords,
    Set<String> idempotent,
    long backoffNanos,
    long maxBackoffNanos) {
  /**
   * Idempotent by RFC 9110, though not among the default's methods: repeated when a keyword that is
   * not among the defaults asks for it.
   */
  private static final Set<String> OPT_IN = Set.of("PUT", "DELETE");

  static RetryRules of(RetrySettings settings) {
    return new RetryRules(
        settings.attempts(),
        settings.perTryTimeout().map(Duration::toNanos).orElse(Long.MAX_VALUE),
        settings.retryOn(),
        settings.idempotentMethods(),
        settings.backoff().toNanos(),
        settings.maxBackoff().toNanos());
  }

  /**
   * Whether another attempt is allowed; how many there were is not asked here.
   *
   * @param body asked last, and only if its answer matters
   */
  boolean retries(Outcome outcome, String method, Supplier<Body> body) {
    return switch (outcome.kind()) {
      case CONNECT_FAILURE -> any("connect-failure", "5xx", "gateway-error");
      case RESET_BEFORE_REQUEST -> any("reset-before-request", "5xx", "gateway-error");
      case REFUSED_STREAM -> any("refused-stream", "5xx", "gateway-error") && replayable(body);
      case RESET_BEFORE_RESPONSE ->
          ((on("reset-before-response") && idempotent.contains(method))
                  || ((on("5xx") || on("gateway-error")) && repeatable(method)))
              && replayable(body);
      case PER_TRY_TIMEOUT ->
          any("per-try-timeout", "5xx", "gateway-error") && repeatable(method) && replayable(body);
      case RESPONSE -> responded(outcome.status(), method) && replayable(body);
      case UNTRUSTED, RESPONSE_BROKEN, TOTAL_TIMEOUT, LIBRARY_TIMEOUT, ABANDONED -> false;
    };
  }

  private boolean responded(int status, String method) {
    if (status < 400) {
      return false;
    }
    if ((status == 503 || status == 425) && on("503") && idempotent.contains(method)) {
      return true;
    }
    if (!repeatable(method)) {
      return false;
    }
    return (status >= 500 && on("5xx"))
        || (status >= 502 && status <= 504 && on("gateway-error"))
        || (status == 409 && on("retriable-4xx"))
        || (status != 503 && on(Integer.toString(status)));
  }

  private boolean repeatable(String method) {
    return idempotent.contains(method) || OPT_IN.contains(method);
  }

  private boolean on(String keyword) {
    return keywords.contains(keyword);
  }

  private boolean any(String a, String b, String c) {
    return on(a) || on(b) || on(c);
  }

  private static boolean replayable(Supplier<Body> body) {
    return body.get() != Body.ONE_SHOT;
  }
}
