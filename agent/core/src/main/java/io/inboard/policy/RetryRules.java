// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.OutboundRequest;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.settings.RetrySettings;
import java.util.Set;

/**
 * Which outcome of which request is worth another attempt; the table of RATIONALE.md, Retries.
 *
 * <p>As in Envoy, {@code 5xx} and {@code gateway-error} stand for failures without an answer, too.
 *
 * <p>Whatever the settings say, a request that is not idempotent by RFC 9110 section 9.2.2 is not
 * repeated once a byte of it was sent: nor is a gRPC call, which is a POST, when its answer says
 * {@code unavailable}. Only the application can say otherwise of its own request, with an {@code
 * Idempotency-Key}, where the settings trust that.
 *
 * @param attempts retries after the first attempt
 * @param perTryTimeoutNanos {@link Long#MAX_VALUE}: none
 * @param retryOn of {@code retryOn}
 * @param idempotentMethods methods whose default failures ({@code 503}, {@code
 *     reset-before-response}) are retried; settings refuse those that are not idempotent
 * @param retriableMethods methods that are repeated at all; empty: any
 * @param trustIdempotencyKey whether a POST or PATCH with {@code Idempotency-Key} counts as
 *     idempotent
 * @param ignorePreviousHosts whether a retry goes to an endpoint that was not tried, if there is
 *     one
 * @param retryAfterMaxNanos the longest {@code Retry-After} that is waited for
 * @param retryOfRetry whether a call that serves a retry of its caller is retried here, too, once
 *     something was sent
 * @param signals whether "do not retry" is said and obeyed
 */
record RetryRules(
    int attempts,
    long perTryTimeoutNanos,
    Set<String> retryOn,
    Set<String> idempotentMethods,
    Set<String> retriableMethods,
    boolean trustIdempotencyKey,
    boolean ignorePreviousHosts,
    long backoffNanos,
    long maxBackoffNanos,
    long retryAfterMaxNanos,
    boolean retryOfRetry,
    boolean signals) {
  /**
   * Idempotent by RFC 9110, though not among the default's methods: repeated when a keyword that is
   * not among the defaults asks for it.
   */
  private static final Set<String> OPT_IN = Set.of("PUT", "DELETE");

  /** What an {@code Idempotency-Key} makes idempotent. */
  private static final Set<String> BY_KEY = Set.of("POST", "PATCH");

  static RetryRules of(RetrySettings settings) {
    return new RetryRules(
        settings.attempts(),
        settings.perTryTimeout().isEmpty()
            ? Long.MAX_VALUE
            : settings.perTryTimeout().get().toNanos(),
        settings.retryOn(),
        settings.idempotentMethods(),
        settings.retriableMethods(),
        settings.trustIdempotencyKey(),
        settings.ignorePreviousHosts(),
        settings.backoff().toNanos(),
        settings.maxBackoff().toNanos(),
        settings.retryAfterMax().toNanos(),
        settings.retryOfRetry(),
        settings.signals());
  }

  /** Whether another attempt is allowed; how many there were is not asked here. */
  boolean retries(Outcome outcome, OutboundRequest request) {
    if (!retriableMethods.isEmpty() && !retriableMethods.contains(request.method())) {
      return false;
    }
    return switch (outcome.kind()) {
      case CONNECT_FAILURE -> any("connect-failure");
      case RESET_BEFORE_REQUEST -> any("reset-before-request");
      case REFUSED_STREAM -> any("refused-stream") && replayable(request);
      case RESET_BEFORE_RESPONSE ->
          ((on("reset-before-response") && idempotent(request))
                  || ((on("5xx") || on("gateway-error")) && repeatable(request)))
              && replayable(request);
      case PER_TRY_TIMEOUT -> any("per-try-timeout") && repeatable(request) && replayable(request);
      case RESPONSE ->
          (outcome.grpcStatus() == 0
                  ? responded(outcome.status(), request)
                  : on(outcome.keyword()) && repeatable(request))
              && replayable(request);
      case UNTRUSTED, RESPONSE_BROKEN, TOTAL_TIMEOUT, LIBRARY_TIMEOUT, ABANDONED -> false;
    };
  }

  /** Whether a second attempt may run beside the first. */
  boolean hedges(OutboundRequest request) {
    return (retriableMethods.isEmpty() || retriableMethods.contains(request.method()))
        && idempotent(request)
        && replayable(request);
  }

  private boolean responded(int status, OutboundRequest request) {
    if (status < 400) {
      return false;
    }
    if ((status == 503 || status == 425) && on("503") && idempotent(request)) {
      return true;
    }
    if (status == 408
        && on("reset-before-response")
        && idempotent(request)
        && request.repeatedAfterRequestTimeout()) {
      return true;
    }
    if (!repeatable(request)) {
      return false;
    }
    return (status >= 500 && on("5xx"))
        || (status >= 502 && status <= 504 && on("gateway-error"))
        || (status == 409 && on("retriable-4xx"))
        || (status != 503 && on(Integer.toString(status)));
  }

  private boolean idempotent(OutboundRequest request) {
    return idempotentMethods.contains(request.method())
        || (trustIdempotencyKey
            && BY_KEY.contains(request.method())
            && !request.headers("idempotency-key").isEmpty());
  }

  private boolean repeatable(OutboundRequest request) {
    return OPT_IN.contains(request.method()) || idempotent(request);
  }

  private boolean on(String keyword) {
    return retryOn.contains(keyword);
  }

  /** As in Envoy, two words stand for all failures without an answer. */
  private boolean any(String keyword) {
    return on(keyword) || on("5xx") || on("gateway-error");
  }

  /** Asked last: an adapter may have to find out. */
  private static boolean replayable(OutboundRequest request) {
    return request.body() != Body.ONE_SHOT;
  }
}
