// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.netty;

import io.inboard.call.TlsPlan;
import io.inboard.call.client.Handshakes;
import io.inboard.instrumentation.grpc.client.Target;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;
import javax.net.ssl.SSLEngine;

/**
 * TLS of ours below a connection, until its handshake is over: gRPC hears that the connection is
 * there, and speaks, when the peer is known; also after a resumption, which asks no trust manager.
 * On the event loop.
 */
final class SecuredConnection extends ChannelInboundHandlerAdapter {
  private static final String TLS = "inboard.tls";
  private static final String HANDSHAKE = "inboard.handshake";
  private static final String HTTP_2 = "h2";

  private final SslHandler tls;
  private final TlsPlan plan;
  private final Target target;
  private boolean over;

  private SecuredConnection(SslHandler tls, TlsPlan plan, Target target) {
    this.tls = tls;
    this.plan = plan;
    this.target = target;
  }

  static void prepare(Channel channel, Target target) {
    int bound = target.connectMillis();
    if (bound > 0) {
      channel.config().setConnectTimeoutMillis(bound);
    }
    if (target.plan().isPresent()) {
      TlsPlan plan = target.plan().get();
      SSLEngine engine = plan.engine(target.plain(), List.of(HTTP_2));
      SslHandler tls = new SslHandler(engine);
      if (bound > 0) {
        tls.setHandshakeTimeoutMillis(bound);
      }
      channel.pipeline().addFirst(TLS, tls);
      channel.pipeline().addAfter(TLS, HANDSHAKE, new SecuredConnection(tls, plan, target));
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    // Not yet.
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      context.fireUserEventTriggered(event);
    } else if (!over) {
      over = true;
      context.pipeline().remove(this);
      Throwable failure =
          handshake.isSuccess()
              ? Handshakes.objection(plan, tls.engine(), HTTP_2).orElse(null)
              : handshake.cause();
      if (failure == null) {
        target.session(tls.engine().getSession());
        context.fireChannelActive();
      } else {
        context.fireExceptionCaught(failure);
        context.close();
      }
    }
  }
}
