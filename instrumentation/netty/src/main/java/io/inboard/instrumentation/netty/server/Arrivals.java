// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.call.server.Gate;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Channels that a server has just accepted. On the thread that accepts. */
final class Arrivals {
  private Arrivals() {}

  /** A channel gets its event loop: nothing of it was read yet. */
  static void registering(Channel channel) {
    if (!isAccepted(channel)) {
      return;
    }
    Accepted accepted = Accepted.just(channel, local(channel));
    if (accepted.inbound().isUndecided()) {
      accepted.awaitPlace();
      channel.pipeline().addFirst(Arrival.NAME, new Arrival(accepted));
    }
  }

  /**
   * A handler is about to hear that it is in a pipeline. Those that were there before ours hear it
   * first, and a handler that has not heard it is passed by: what another one writes as soon as it
   * has (gRPC's first frames) would go out in the clear. On the event loop.
   */
  static void adding(ChannelHandlerContext context) {
    Accepted accepted = Accepted.of(context.channel());
    if (accepted == null || !accepted.awaitsPlace()) {
      return;
    }
    accepted.placed();
    ChannelHandlerContext ours = context.pipeline().context(Arrival.NAME);
    if (ours != null && ours != context) {
      // Asked once more by Netty later, which does nothing.
      Members.HANDLER_ADDED.call(ours);
    }
  }

  /** Not what a client connects, nor a stream, nor what never leaves this JVM. */
  private static boolean isAccepted(Channel channel) {
    return channel.parent() instanceof ServerChannel
        && !(channel instanceof LocalChannel)
        && Accepted.of(channel) == null;
  }

  /** Epoll may not know a channel's own address yet; its parent's port is the same. */
  private static SocketAddress local(Channel channel) {
    SocketAddress own = channel.localAddress();
    return own == null ? channel.parent().localAddress() : own;
  }

  /** Closes a channel on a port that must not be open to everybody. */
  static boolean refuseAfterError(ChannelPromise promise, Throwable error) {
    Channel channel = promise.channel();
    if (!(channel.parent() instanceof ServerChannel) || !mustStayClosed(channel)) {
      return false;
    }
    channel.unsafe().closeForcibly();
    promise.tryFailure(new IOException("inboard: a connection could not be secured", error));
    return true;
  }

  /** Closes a channel for which a handler's place is not known. */
  static void closeAfterError(Channel channel) {
    Channel connection = channel.parent() instanceof ServerChannel ? channel : channel.parent();
    if (connection != null
        && connection.parent() instanceof ServerChannel
        && mustStayClosed(connection)) {
      connection.close();
    }
  }

  private static boolean mustStayClosed(Channel channel) {
    int port = local(channel) instanceof InetSocketAddress inet ? inet.getPort() : 0;
    return port != 0
        && (Inboard.inbound().failsClosed(port) || Inboard.inboundTls().mode(port) == Mode.STRICT);
  }

  /** By public means alone: a connection to a STRICT port is closed. */
  static boolean refuseUnfit(Object promised) {
    if (!(promised instanceof ChannelPromise promise)
        || !(promise.channel().parent() instanceof ServerChannel)
        || !(local(promise.channel()) instanceof InetSocketAddress local)
        || !Gate.isStrict(local.getPort())) {
      return false;
    }
    Inboard.inboundTls()
        .refused(
            local.getPort(), InetSocketAddress.createUnresolved("unknown", 0), Refusal.PLAINTEXT);
    promise.channel().unsafe().closeForcibly();
    promise.tryFailure(new IOException("inboard: the hooks do not fit this version of Netty"));
    return true;
  }
}
