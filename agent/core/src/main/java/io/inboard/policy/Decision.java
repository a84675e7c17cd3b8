// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Step;
import java.util.Objects;
import java.util.function.Function;

/** What a call does next. */
public sealed interface Decision
    permits Decision.End,
        Decision.Pause,
        Decision.Queue,
        Decision.Substitute,
        Decision.Elsewhere,
        PolicyAttempt {
  /** Hand the response or the error on to the application. */
  End DELIVER = new End(Step.DELIVER);

  /** The call's last step: {@link Step.Deliver}, {@link Step.Refuse} or {@link Step.Answer}. */
  record End(Step step) implements Decision {
    public End {
      Objects.requireNonNull(step);
    }
  }

  /**
   * Nothing is sent; the call ends with this step after the delay.
   *
   * @param nanos more than 0
   */
  record Pause(long nanos, End then) implements Decision {
    public Pause {
      Objects.requireNonNull(then);
    }
  }

  /**
   * Nothing can be sent yet: the call waits for its turn ({@link CallDecision#onTurn}), or until it
   * has waited for too long ({@link CallDecision#waitedTooLong}).
   *
   * @param turn for the two of them
   * @param nanos more than 0
   */
  record Queue(Turn turn, long nanos) implements Decision {}

  /**
   * The call has failed, and gets an answer of ours in place of that.
   *
   * @param failed what it would have ended with
   */
  record Substitute(End failed, Fallback kind, Step.Answer answer) implements Decision {}

  /**
   * The call has failed, and goes on at another destination; here it is over.
   *
   * @param failed what it would have ended with
   * @param attempts how many were made here
   * @param begin makes the call there, which has not begun; asked once
   */
  record Elsewhere(End failed, int attempts, Function<PolicyAttempt.Maker, CallDecision> begin)
      implements Decision {}

  /** Refuses the call. */
  static End refuse(Step.Reason reason, String message) {
    return new End(new Step.Refuse(reason, message));
  }
}
