// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Step;
import java.util.Objects;

/** What a call does next. */
public sealed interface Decision
    permits Decision.End, Decision.Pause, Decision.Queue, PolicyAttempt {
  /** Hand the response or the error on to the application. */
  Decision DELIVER = new End(Step.DELIVER);

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

  /** Refuses the call. */
  static End refuse(Step.Reason reason, String message) {
    return new End(new Step.Refuse(reason, message));
  }
}
