// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.Fallback;
import java.util.Optional;

/**
 * Sees what becomes of calls: telemetry. It may add headers, and decides nothing. What it throws is
 * suppressed and counted.
 */
@FunctionalInterface
public interface CallObserver {
  /** Sees nothing. */
  CallObserver NONE = (request, destination) -> OfCall.NONE;

  /**
   * A call begins, on the thread that makes it.
   *
   * @param destination its name as in the settings; empty when no destination matches
   */
  OfCall call(OutboundRequest request, Optional<String> destination);

  /**
   * The one attempt of a call that no destination matches; without an object for the call, since
   * most calls of a JVM that is traced and nothing else are of this kind.
   */
  default OfAttempt only(OutboundRequest request) {
    return call(request, Optional.empty()).attempt(1, "", Optional.empty());
  }

  /** Sees one call. */
  interface OfCall {
    /** Sees nothing. */
    OfCall NONE =
        new OfCall() {
          @Override
          public OfAttempt attempt(int number, String reason, Optional<String> endpoint) {
            return OfAttempt.NONE;
          }

          @Override
          public void refused(Step.Reason reason, String message) {}
        };

    /**
     * An attempt is about to be sent (after its delay, if it has one).
     *
     * @param number 1 for the first
     * @param reason why the one before was not enough ({@code 503}, {@code connect-failure}); empty
     *     for the first
     * @param endpoint {@code 10.0.0.5:8443}; empty when the library resolves the host itself
     */
    OfAttempt attempt(int number, String reason, Optional<String> endpoint);

    /**
     * The call is made to fail or to wait on purpose (fault injection). Before its first attempt.
     *
     * @param delayNanos 0: it is not delayed
     * @param status of the answer it gets without being sent; 0: it is sent
     */
    default void injected(long delayNanos, int status) {}

    /**
     * The call has failed, and gets something else. After {@link #refused}, if it was that.
     *
     * @param kind what it gets; attempts at another destination follow
     */
    default void fallback(Fallback kind) {}

    /** The call is refused; an attempt that was under way has been ended before. */
    void refused(Step.Reason reason, String message);
  }

  /** Sees one attempt. */
  interface OfAttempt {
    /** Sees nothing. */
    OfAttempt NONE =
        new OfAttempt() {
          @Override
          public void writeHeaders(HeaderSink headers) {}

          @Override
          public void peer(String identity) {}

          @Override
          public void end(int status, Throwable error, String outcome) {}
        };

    /** Adds headers to one physical send; see {@link io.inboard.call.Attempt#writeHeaders}. */
    void writeHeaders(HeaderSink headers);

    /** Who the endpoint proved to be: a SPIFFE id. */
    void peer(String identity);

    /** The version of HTTP of its response: {@code 1.1}, {@code 2}. Before the end. */
    default void protocolVersion(String version) {}

    /**
     * The code of gRPC with which the attempt has ended; before the end, or after it where the
     * answer has messages.
     */
    default void grpcStatus(int code) {}

    /** It would be repeated, but there were enough attempts or none may follow. Before the end. */
    default void retriesExhausted() {}

    /**
     * The response head is there, or there will be none. Once.
     *
     * @param status 0 when there is none
     * @param error null when there is none
     * @param outcome the word of {@code retryOn} that describes it: {@code 200}, {@code 503},
     *     {@code connect-failure}, {@code abandoned}
     */
    void end(int status, Throwable error, String outcome);
  }
}
