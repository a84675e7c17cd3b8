// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.client.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** A connection that an application has opened, as an attribute of its channel. */
final class Opened {
  private static final AttributeKey<Opened> KEY = AttributeKey.valueOf("io.inboard.opened");

  private final InetSocketAddress asked;
  private final Spoken spoken;

  /** Of TLS of ours; null without it. Written by the event loop, before the first request. */
  private volatile SSLSession session;

  /** Whether TLS of the application's own was added later. Of the event loop. */
  private boolean securedLater;

  /** Whether that was looked for. Of the event loop. */
  private boolean looked;

  /** Null before a request of HTTP/2. Of the event loop. */
  private Streams streams;

  private Opened(InetSocketAddress asked, Spoken spoken) {
    this.asked = asked;
    this.spoken = spoken;
  }

  /**
   * @param asked what the application connects to
   */
  static Opened by(Channel channel, InetSocketAddress asked, Spoken spoken) {
    Opened opened = new Opened(asked, spoken);
    channel.attr(KEY).set(opened);
    return opened;
  }

  /** Null if it was not opened by these hooks. */
  static Opened of(Channel channel) {
    return channel.hasAttr(KEY) ? channel.attr(KEY).get() : null;
  }

  /** The logical name. Nothing is looked up. */
  String host() {
    return asked.getHostString();
  }

  int port() {
    return asked.getPort();
  }

  String scheme() {
    return ownTls() ? "https" : "http";
  }

  boolean proxied() {
    return spoken.proxied();
  }

  /** Whether TLS or the way to the server are the application's own. */
  boolean isForeign() {
    return ownTls() || spoken.proxied();
  }

  private boolean ownTls() {
    return spoken.ownTls() || securedLater;
  }

  /** A request is about to be sent: TLS of the application's own is there by now, if ever. */
  void look(ChannelPipeline pipeline) {
    if (!looked && session == null) {
      looked = true;
      securedLater = Spoken.secured(pipeline);
    }
  }

  void secured(SSLSession by) {
    session = by;
  }

  /** Null without TLS of ours. */
  SSLSession session() {
    return session;
  }

  /** Null before the first request of HTTP/2. */
  Streams streams() {
    return streams;
  }

  void streams(Streams first) {
    streams = first;
  }

  /**
   * Why a request must not go over it: it would go in the clear, though the settings that are in
   * force by now ask for mutual TLS; or nobody knows, by an error of ours.
   *
   * @param mistake null: none
   */
  Optional<SSLException> refusal(Throwable mistake) {
    return session != null || isForeign()
        ? Optional.empty()
        : Refusals.failClosed(NettyClientHooks.NAME, scheme(), host(), port(), mistake);
  }
}
