// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.List;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientResponse;

/**
 * The head of a response, whose body nobody has read.
 *
 * @param flight the attempt; null for an answer of the mesh
 * @param connection the library's operations of the connection, as the application gets them
 * @param handshake what opens no WebSocket, and {@code connection} does not know; null: nothing
 * @param next the hop that the library makes of it; null: none
 * @param error what the application gets in place of the response; null: nothing
 */
record Head(
    Flight flight, Connection connection, HttpResponse handshake, Stage next, Throwable error) {
  private static final int SWITCHING_PROTOCOLS = 101;

  /** What the application gets. */
  static Head of(Flight flight, Connection connection) {
    return new Head(flight, connection, null, null, null);
  }

  /** A redirect or a challenge, also of a WebSocket's handshake. */
  static Head goingOn(Flight flight, Connection connection, HttpResponse handshake, Stage next) {
    return new Head(flight, connection, handshake, next, null);
  }

  /** An answer to a WebSocket's handshake that the library makes an error of. */
  static Head refusing(
      Flight flight, Connection connection, HttpResponse handshake, Throwable error) {
    return new Head(flight, connection, handshake, null, error);
  }

  private HttpClientResponse response() {
    return (HttpClientResponse) connection;
  }

  /** The operations forget theirs once the response is over. */
  Channel channel() {
    return flight == null ? connection.channel() : flight.channel();
  }

  int status() {
    if (handshake != null) {
      return handshake.status().code();
    }
    try {
      return response().status().code();
    } catch (IllegalStateException e) {
      // Of a WebSocket the library tells nothing but that it is open.
      return SWITCHING_PROTOCOLS;
    }
  }

  /** As network.protocol.version has it. */
  String version() {
    if (channel() instanceof Http2StreamChannel) {
      return "2";
    }
    HttpVersion version = response().version();
    return version.majorVersion() == 1
        ? "1." + version.minorVersion()
        : Integer.toString(version.majorVersion());
  }

  List<String> headers(String name) {
    if (handshake != null) {
      return handshake.headers().getAll(name);
    }
    try {
      return response().responseHeaders().getAll(name);
    } catch (IllegalStateException e) {
      return List.of();
    }
  }

  /** As the head tells it; -1: it does not. */
  long length() {
    List<String> values = headers("content-length");
    try {
      return values.size() == 1 ? Long.parseLong(values.get(0).trim()) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
