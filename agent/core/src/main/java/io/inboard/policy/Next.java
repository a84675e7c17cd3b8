// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Step;
import java.util.Objects;

/** What a call does next. */
public sealed interface Next permits Next.End, Try {
  /** Hand on what there is. */
  Next HAND_ON = new End(Step.HAND_ON);

  /** The call's last step: {@link Step.HandOn} or {@link Step.Refuse}. */
  record End(Step step) implements Next {
    public End {
      Objects.requireNonNull(step);
    }
  }

  /** Refuses the call. */
  static Next refuse(Step.Reason reason, String message) {
    return new End(new Step.Refuse(reason, message));
  }
}
