// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.settings.Instance;
import java.util.List;
import java.util.Objects;

/** What a source knows of a destination's endpoints: all of it, not what changed. Immutable. */
public sealed interface Update {
  /**
   * The endpoints are these and no others.
   *
   * @param instances each address once, and all of them IP addresses, so that no call needs to look
   *     them up; none: there is no endpoint, and calls are refused
   */
  record Endpoints(List<Instance> instances) implements Update {
    public Endpoints {
      instances = List.copyOf(instances);
    }
  }

  /**
   * Nothing is known, or what was known holds no longer. A source that cannot renew what it knows
   * says nothing instead, so that the last good endpoints stay in use.
   *
   * @param why in plain words, for the message of a refusal
   * @param pending whether the first answer is still on its way, so that a call may wait for it
   */
  record Unknown(String why, boolean pending) implements Update {
    public Unknown {
      Objects.requireNonNull(why);
    }
  }
}
