// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Endpoint;
import io.inboard.call.Step;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link ScriptedOutbound} decides of every call: attempt after attempt to these endpoints
 * in turn, where a repetition is safe; then what the library has.
 *
 * @param untouched as with the kill switch
 * @param endpoints one an attempt; an attempt without one resolves as the application does
 * @param first refuses the call before its first attempt
 * @param last refuses the call instead of handing on the last failure
 * @param delay before a repetition
 * @param perTry after which an attempt's I/O is stopped; zero: never
 * @param connectTimeout zero: none
 */
public record Script(
    boolean untouched,
    List<Optional<Endpoint>> endpoints,
    Optional<Step.Refuse> first,
    Optional<Step.Refuse> last,
    Duration delay,
    Duration perTry,
    Duration connectTimeout) {

  /** Attempts go to these endpoints in turn. */
  public static Script to(Endpoint... endpoints) {
    return new Script(
        false,
        List.of(endpoints).stream().map(Optional::of).toList(),
        Optional.empty(),
        Optional.empty(),
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO);
  }

  /** One attempt to where the application says. */
  public static Script passThrough() {
    return new Script(
        false,
        List.of(Optional.empty()),
        Optional.empty(),
        Optional.empty(),
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO);
  }

  /** The mesh is switched off. */
  public static Script untouchedCall() {
    return new Script(
        true,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO);
  }

  /** Nothing is sent. */
  public static Script refusing(Step.Reason reason, String message) {
    return new Script(
        false,
        List.of(),
        Optional.of(new Step.Refuse(reason, message)),
        Optional.empty(),
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO);
  }

  /** When the endpoints are used up, or an attempt's time was up, the call is refused. */
  public Script thenRefusing(Step.Reason reason, String message) {
    Optional<Step.Refuse> refuse = Optional.of(new Step.Refuse(reason, message));
    return new Script(untouched, endpoints, first, refuse, delay, perTry, connectTimeout);
  }

  public Script delay(Duration pause) {
    return new Script(untouched, endpoints, first, last, pause, perTry, connectTimeout);
  }

  public Script perTry(Duration timeout) {
    return new Script(untouched, endpoints, first, last, delay, timeout, connectTimeout);
  }

  public Script connectTimeout(Duration timeout) {
    return new Script(untouched, endpoints, first, last, delay, perTry, timeout);
  }
}
