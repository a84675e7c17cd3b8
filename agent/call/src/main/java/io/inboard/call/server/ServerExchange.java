// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import io.inboard.call.HeaderSink;
import io.inboard.call.InboundCall;
import io.inboard.call.InboundRequest;
import io.inboard.call.Refusal;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * One request at the {@link Gate}: what it says of itself, and how its server serves or answers it.
 * Written by a library for its own objects; cheap to make, since one is made for every request,
 * also while the mesh is switched off. Used by the thread that serves the request.
 */
public interface ServerExchange extends InboundRequest {
  /** Whether the connection is mutual TLS of ours, whatever has become of its peer since. */
  boolean isMutualTls();

  /**
   * Whether the mesh secures connections of this kind, so that a peer can come over mutual TLS if
   * it begins with a handshake; asked of one that has none. False of a protocol whose listener the
   * mesh does not know.
   */
  default boolean isSecurable() {
    return true;
  }

  /** Why there is no {@link #peer} where {@link #isMutualTls} is true. */
  Refusal lapsed();

  /** The route, where the server has chosen it before the gate; else empty. */
  default String route() {
    return "";
  }

  /**
   * Changes the headers that the application will read. What is set or removed goes in all its
   * spellings ({@link Claims#isSpelling}).
   *
   * @param correction is to be called once, with the request's headers
   */
  void correctHeaders(Consumer<HeaderSink> correction);

  /** The headers of the response, of which those that the application has set stay. */
  HeaderSink responseHeaders();

  /**
   * The application will serve the request. The adapter keeps the call, and reports to it the head
   * of the response, the route and the end.
   */
  void serving(InboundCall call);

  /**
   * Answers in place of the application. Does nothing where the head of a response has gone out.
   *
   * @throws IOException when that cannot be done: the connection is to be closed
   */
  void answer(Answer answer) throws IOException;

  /**
   * Whether the head of an empty answer ends its stream. gRPC reads its status from no other head:
   * where this is false, a call of gRPC is refused with a status of HTTP, which its client
   * understands, too.
   */
  default boolean endsWithHead() {
    return true;
  }

  /**
   * What a server says by itself.
   *
   * @param status of HTTP
   * @param text the body, in plain ASCII text; empty for none
   * @param close whether the connection ends with the response; a connection of HTTP/2, which has
   *     other requests under way, may stay
   */
  record Answer(int status, String text, boolean close) {
    /** An empty one. */
    static Answer of(int status) {
      return new Answer(status, "", false);
    }
  }
}
