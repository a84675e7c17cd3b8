// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.net.URI;

/** One HTTP client library. */
interface Caller {
  String name();

  /**
   * Sends and waits.
   *
   * @param body empty: none
   */
  Answer call(String method, URI uri, String body) throws Exception;

  /** What came back. */
  record Answer(int status, String body) {}
}
