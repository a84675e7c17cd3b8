// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Log;
import java.util.List;

/**
 * What hooked libraries did not send, since it would have gone out in the clear: after an error of
 * ours, or past the hooks. Each is counted and, at a limited rate, said. Safe for use by any
 * thread.
 */
final class UnsecuredCalls {
  private final Unmeshed counts = new Unmeshed();

  /**
   * @param destination its name in the settings
   * @param what the whole line
   */
  void refused(String library, String destination, String what) {
    counts.count("client", library, destination, "refused, not secured");
    Log.refusal("unsecured " + destination, what);
  }

  List<Unmeshed.Count> counts() {
    return counts.counts();
  }
}
