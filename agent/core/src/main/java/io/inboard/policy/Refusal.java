// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Step;
import io.inboard.policy.Statistics.Event;
import java.util.concurrent.TimeUnit;

/** How a call ends that gets no answer, or none in time: counted, and in words. */
final class Refusal {
  private Refusal() {}

  /** The call had no time left when it began, or its turn came. */
  static Decision late(DestinationPolicy policy) {
    return unsent(
        policy,
        Event.TIMEOUT,
        Step.Reason.TIMEOUT,
        "the time of the request that this call serves is up");
  }

  static Decision overflow(DestinationPolicy policy, String why) {
    return unsent(policy, Event.OVERFLOW, Step.Reason.OVERFLOW, why);
  }

  static Decision throttled(DestinationPolicy policy) {
    return unsent(
        policy, Event.THROTTLED, Step.Reason.THROTTLED, "too much of what was sent before failed");
  }

  static Decision circuitOpen(DestinationPolicy policy) {
    return unsent(
        policy, Event.SHORT_CIRCUITED, Step.Reason.CIRCUIT_OPEN, "the circuit breaker is open");
  }

  /**
   * There is nobody to send it to: a mistake of the settings, or of who should know the endpoints.
   * Nothing is counted.
   */
  static Decision noEndpoint(DestinationPolicy policy, String why) {
    return Decision.refuse(
        Step.Reason.NO_ENDPOINT, "inboard: " + policy.name() + ": " + why + ", nothing was sent");
  }

  /** It was to be encrypted, and we cannot. Nothing is counted. */
  static Decision untrusted(DestinationPolicy policy) {
    return Decision.refuse(
        Step.Reason.UNTRUSTED,
        "inboard: "
            + policy.settings().name()
            + ": mutual TLS is set, and this JVM has no usable identity; nothing was sent");
  }

  /**
   * A bound of ours has ended the call's last attempt.
   *
   * @param total the call's bound; false: the attempt's
   */
  static Decision timeout(
      DestinationPolicy policy, CallTime time, PolicyAttempt attempt, boolean total) {
    if (total) {
      policy.statistics().count(Event.TIMEOUT);
    }
    long bound = total ? time.timeoutNanos() : time.perTryNanos();
    return Decision.refuse(
        Step.Reason.TIMEOUT,
        "inboard: "
            + policy.name()
            + ": no response within "
            + TimeUnit.NANOSECONDS.toMillis(bound)
            + (total ? " ms (timeout), attempt " : " ms (perTryTimeout), attempt ")
            + attempt.number()
            + attempt.target().map(e -> " to " + e.address()).orElse(""));
  }

  private static Decision unsent(
      DestinationPolicy policy, Event event, Step.Reason reason, String why) {
    policy.statistics().count(event);
    return Decision.refuse(reason, "inboard: " + policy.name() + ": " + why + ", nothing was sent");
  }
}
