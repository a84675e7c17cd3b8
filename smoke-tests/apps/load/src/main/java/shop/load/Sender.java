// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

/** One way to call. */
interface Sender {
  /**
   * Sends, and does not wait.
   *
   * @param body empty: none
   * @param header whose value is wanted
   */
  CompletableFuture<Reply> send(String method, URI uri, String body, String header);

  /**
   * What came back.
   *
   * @param header empty: the answer did not have it
   */
  record Reply(int status, String header, String body) {}
}
