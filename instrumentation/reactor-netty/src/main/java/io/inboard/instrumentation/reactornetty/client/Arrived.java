// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;

/** What has come of one request before the library has told it. Written by the event loop. */
final class Arrived {
  private volatile boolean body;
  private volatile boolean unreadable;
  private volatile HttpResponse handshake;

  /** A part of the response, or what Netty's decoder made of what is none. */
  void read(Object message) {
    if (message instanceof HttpContent content && content.content().isReadable()) {
      body = true;
    }
    // A head that is too long, ambiguous, cut off, or no HTTP (HttpObjectDecoder#invalidMessage).
    if (message instanceof HttpResponse head && head.decoderResult().isFailure()) {
      unreadable = true;
    }
  }

  /** The same, as the operations of a WebSocket get it. */
  void readByWebSocket(Object message) {
    read(message);
    if (message instanceof HttpResponse head && !unreadable) {
      handshake = head;
    }
  }

  boolean hasBody() {
    return body;
  }

  /**
   * What was answered to a WebSocket's opening handshake: the operations that an attempt knows are
   * those before it, and have no response. Null: nothing, or there is no WebSocket.
   */
  HttpResponse handshake() {
    return handshake;
  }

  /** Whether an error says no more than that this answer opens no WebSocket. */
  boolean isRefusal(Throwable error) {
    return handshake != null && error instanceof WebSocketClientHandshakeException;
  }

  /**
   * Whether there was an answer before this error.
   *
   * @param error null: none
   */
  boolean hasBegun(Throwable error) {
    // A refused handshake with more than 8192 bytes of body comes as the error of its aggregator.
    return body || unreadable || handshake != null || error instanceof TooLongFrameException;
  }
}
