// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.server.HandlerErrors;
import io.inboard.call.server.InboundConnection;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A connection that a server has accepted, as an attribute of its channel. Used by the channel's
 * event loop.
 */
final class Accepted {
  private static final AttributeKey<Accepted> KEY = AttributeKey.valueOf("io.inboard.accepted");

  /** See {@link HandlerErrors}. */
  private static final AttributeKey<BiConsumer<Object, Throwable>> ERRORS =
      AttributeKey.valueOf(HandlerErrors.KEY);

  private final Channel channel;
  private final InboundConnection inbound;

  /** Null until a codec of HTTP/1.1 is there. */
  private Http1Requests http1;

  /** Null until a request of HTTP/2 has come. */
  private Http2Requests http2;

  /** Whether something in the pipeline speaks a protocol whose requests are judged. */
  private boolean spoken;

  /** Written before the channel has an event loop, then by that. */
  private boolean awaitsPlace;

  private Accepted(Channel channel, InboundConnection inbound) {
    this.channel = channel;
    this.inbound = inbound;
  }

  static Accepted just(Channel channel, SocketAddress local) {
    Accepted accepted =
        new Accepted(
            channel,
            new InboundConnection(local, channel.remoteAddress(), InboundConnection.FEWEST_BYTES));
    channel.attr(KEY).set(accepted);
    channel.attr(ERRORS).set((of, error) -> Http1Places.thrown((Channel) of, error));
    return accepted;
  }

  /** Null if no server has accepted the channel. */
  static Accepted of(Channel channel) {
    Attribute<Accepted> attribute = channel.hasAttr(KEY) ? channel.attr(KEY) : null;
    return attribute == null ? null : attribute.get();
  }

  /** Our handler is there, but has not heard of it yet. */
  void awaitPlace() {
    awaitsPlace = true;
  }

  boolean awaitsPlace() {
    return awaitsPlace;
  }

  void placed() {
    awaitsPlace = false;
  }

  InboundConnection inbound() {
    return inbound;
  }

  Http1Requests http1() {
    return http1;
  }

  void http1(Http1Requests requests) {
    http1 = requests;
    spoken = true;
  }

  Http2Requests http2() {
    return http2;
  }

  void http2(Http2Requests requests) {
    http2 = requests;
    spoken = true;
  }

  /** Whether requests on it are judged, as far as one can tell before the first. */
  boolean isSpoken() {
    return spoken || !Spoken.announced(channel).isEmpty();
  }

  /** What is added in the course of things will judge. */
  void spoken() {
    spoken = true;
  }

  InetSocketAddress local() {
    return inbound.local();
  }

  InetSocketAddress remote() {
    return inbound.remote();
  }

  boolean isMutualTls() {
    return inbound.isMutualTls();
  }

  Optional<PeerIdentity> peer() {
    return inbound.peer();
  }

  Refusal lapsed() {
    return inbound.lapsed();
  }

  /** Whether the application has TLS of its own there; ours hides from this question. */
  static boolean hasOwnTls(Channel channel) {
    return channel.pipeline().get(SslHandler.class) != null;
  }
}
