// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

/** What a client library can do at all; a test that needs more is skipped, and says so. */
public enum Capability {
  /** Sends without blocking the caller. */
  ASYNC,
  /** Waits for the mesh without a thread: a call that waits holds up no other one. */
  WAITS_WITHOUT_THREAD,
  /** Speaks HTTP/2 to an endpoint whose server chooses it (ALPN). */
  HTTP2,
  /** Goes on using a connection of HTTP/2 after the server has reset one of its streams. */
  KEEPS_RESET_CONNECTION,
  /** Notices over HTTP/2, too, that a body ends before the length that its head says. */
  COUNTS_BODY,
  /** Reads over HTTP/2 an answer after which the server resets the stream of its request. */
  READS_EARLY_ANSWER,
  /** Lets the application stream a body that can be read once only. */
  ONE_SHOT_BODY,
  /** Lets the adapter keep such a body while it is sent, to send it again. */
  KEPT_BODY,
  /** Sends by itself once more what is idempotent, when a connection ends before an answer. */
  REPEATS,
  /** Sees at once that the peer has ended the TLS of a kept connection, whose TCP stays open. */
  SEES_END_OF_TLS,
  /** Follows redirects by itself, as the subclass sets it up. */
  REDIRECTS,
  /** Lets the application give up a request under way. */
  CANCEL,
  /** Lets the application bound the wait for a response. */
  READ_TIMEOUT,
  /** Lets the application bound the wait for a connection. */
  CONNECT_TIMEOUT
}
