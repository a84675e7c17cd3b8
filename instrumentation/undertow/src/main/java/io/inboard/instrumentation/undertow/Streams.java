// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.server.protocol.http2.Http2ServerConnection;
import io.undertow.util.AttachmentKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests that are under way on one connection of HTTP/2. Undertow ends the exchange of a
 * stream that has broken at the next thing that its handler does; of one whose handler has done all
 * it had to do, never, if the connection ends before the last frame was written ({@code
 * Http2DataStreamSinkChannel#handleFailedChannel}). With HTTP/1.1 the end of the connection is the
 * end of its exchange; so it is here. Safe for use by any thread: what is pushed begins on its
 * handler's.
 */
final class Streams implements ServerConnection.CloseListener {
  /** Of the connection: its streams share their attachments. */
  private static final AttachmentKey<Streams> KEY = AttachmentKey.create(Streams.class);

  private final Set<ServedRequest> underWay = ConcurrentHashMap.newKeySet();

  /** Whether the connection has ended. */
  private volatile boolean over;

  private Streams() {}

  /** Null for a request of HTTP/1.1, of which its connection has one at a time. */
  static Streams of(HttpServerExchange exchange) {
    ServerConnection stream = exchange.getConnection();
    if (!(stream instanceof Http2ServerConnection)) {
      return null;
    }
    Streams known = stream.getAttachment(KEY);
    return known == null ? made(stream) : known;
  }

  private static synchronized Streams made(ServerConnection stream) {
    Streams known = stream.getAttachment(KEY);
    if (known == null) {
      known = new Streams();
      stream.putAttachment(KEY, known);
      // Once for a connection: Undertow keeps each listener until its end.
      stream.addCloseListener(known);
    }
    return known;
  }

  void add(ServedRequest request) {
    underWay.add(request);
    if (over) {
      request.cut();
    }
  }

  void remove(ServedRequest request) {
    underWay.remove(request);
  }

  @Override
  public void closed(ServerConnection connection) {
    over = true;
    underWay.forEach(ServedRequest::cut);
  }
}
