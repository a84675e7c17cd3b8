// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Call;
import io.inboard.call.Directed;
import io.inboard.call.Inboard;
import io.inboard.call.client.Refusals;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Connections that applications open. On the application's thread or an event loop. */
// Netty tells the promises.
@SuppressWarnings("FutureReturnValueIgnored")
final class Connects {
  /** Libraries whose own hooks take care of their connections. */
  private static final String[] OTHERS = {"io.vertx.", "reactor.netty.", "io.grpc."};

  private Connects() {}

  /**
   * A connection is about to be opened.
   *
   * @param promise of the application
   * @return what the application waits for; null: the library connects as without us
   */
  static ChannelFuture begin(
      Bootstrap bootstrap,
      Channel channel,
      SocketAddress remote,
      SocketAddress local,
      ChannelPromise promise) {
    if (Inboard.outbound().disabled()
        || !(remote instanceof InetSocketAddress to)
        || remote instanceof Directed
        || !(channel instanceof SocketChannel)
        || Opened.of(channel) != null
        || isOthers(bootstrap)) {
      return null;
    }
    Spoken spoken = Spoken.in(channel.pipeline());
    if (!spoken.http()) {
      return null;
    }
    InetSocketAddress asked = to;
    if (to instanceof Routed routed) {
      spoken = routed.over(spoken);
      asked = routed.asked();
    }
    Opened opened = Opened.by(channel, asked, spoken);
    if (spoken.behind() != null) {
      channel.pipeline().addAfter(spoken.behind(), Requests.NAME, new Requests(opened));
    }
    if (opened.isForeign()) {
      return null;
    }
    Call call = Inboard.outbound().begin(new Opening(opened));
    return call == Call.UNTOUCHED
        ? null
        : new Connect(call, bootstrap, channel, opened, spoken, to, local, promise).start();
  }

  private static boolean isOthers(Bootstrap bootstrap) {
    ChannelHandler handler = bootstrap.config().handler();
    String name = handler == null ? "" : handler.getClass().getName();
    for (String other : OTHERS) {
      if (name.startsWith(other)) {
        return true;
      }
    }
    return false;
  }

  /** What must be encrypted is not connected to. */
  static ChannelFuture refuseAfterError(
      Throwable error, Channel channel, SocketAddress remote, ChannelPromise promise) {
    if (!(remote instanceof InetSocketAddress to) || remote instanceof Directed) {
      return null;
    }
    Optional<SSLException> refusal =
        Refusals.failClosed(NettyClientHooks.NAME, "http", to.getHostString(), to.getPort(), error);
    if (refusal.isEmpty()) {
      return null;
    }
    channel.close();
    promise.tryFailure(refusal.get());
    return promise;
  }
}
