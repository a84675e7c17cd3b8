// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import reactor.netty.ConnectionObserver;

/**
 * Connections to endpoints that are being opened. The library gives up waiting for one, but not the
 * connection itself (MonoHttpConnect's ClientTransportSubscriber hears of it only when it is
 * there). Any thread.
 */
final class Connecting extends ChannelInboundHandlerAdapter {
  private static final Set<Connecting> ALL = ConcurrentHashMap.newKeySet();

  private final Object key;
  private final Channel channel;
  private final ConnectionObserver observer;

  private Connecting(Object key, Channel channel, ConnectionObserver observer) {
    this.key = key;
    this.channel = channel;
    this.observer = observer;
  }

  static Connecting begin(Target target, Channel channel, ConnectionObserver observer) {
    Connecting connecting = new Connecting(target.key(), channel, observer);
    ALL.add(connecting);
    channel.closeFuture().addListener(closed -> connecting.end());
    return connecting;
  }

  /** It is open, or closed. */
  void end() {
    ALL.remove(this);
  }

  /** Of a connection without TLS. */
  @Override
  public void channelActive(ChannelHandlerContext context) {
    end();
    context.pipeline().remove(this);
    context.fireChannelActive();
  }

  /** Whether a connection to this endpoint is being opened. */
  static boolean to(Target target) {
    for (Connecting each : ALL) {
      if (each.key == target.key()) {
        return true;
      }
    }
    return false;
  }

  /** Closes what is being opened for somebody. */
  static void close(Target target, Predicate<ConnectionObserver> isFor) {
    for (Connecting each : ALL) {
      if (each.key == target.key() && isFor.test(each.observer)) {
        each.channel.close();
      }
    }
  }
}
