// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import java.net.URI;

/** One way to call another service. */
interface Caller {
  /**
   * Calls it.
   *
   * @param body null for none
   */
  Answer call(String method, URI url, String body) throws Exception;

  /** What it answered. */
  record Answer(int status, String body) {}
}
