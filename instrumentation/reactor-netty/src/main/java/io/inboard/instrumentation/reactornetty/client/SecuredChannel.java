// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.TlsPlan;
import io.inboard.call.client.Handshakes;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpClientUpgradeHandler;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.SocketAddress;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import reactor.netty.ConnectionObserver;

/**
 * TLS of ours below a connection, until its handshake is over: the library hears that the
 * connection is there when the peer is known, also after a resumption, which asks no trust manager.
 * Its own TLS works the same way (SslProvider.SslReadHandler). On the event loop.
 */
final class SecuredChannel extends ChannelInboundHandlerAdapter {
  /** No name of the library's, which takes a connection with one of those for the application's. */
  private static final String TLS = "inboard.tls";

  private static final String HANDSHAKE = "inboard.handshake";

  private final SslHandler tls;
  private final TlsPlan plan;
  private final String protocol;
  private final Connecting connecting;
  private boolean over;

  private SecuredChannel(SslHandler tls, TlsPlan plan, String protocol, Connecting connecting) {
    this.tls = tls;
    this.plan = plan;
    this.protocol = protocol;
    this.connecting = connecting;
  }

  /** A new connection's pipeline is complete; it is about to connect. */
  static void secure(ConnectionObserver observer, Channel channel, SocketAddress address) {
    if (address instanceof Guard.Nowhere) {
      refuse(channel, new SSLException("inboard: connection not secured, for want of an address"));
    } else if (address instanceof Target target) {
      Connecting connecting = Connecting.begin(target, channel, observer);
      if (target.plan().isPresent()) {
        secure(target.plan().get(), target, channel.pipeline(), connecting);
      } else {
        channel.pipeline().addFirst(HANDSHAKE, connecting);
      }
    }
  }

  private static void secure(
      TlsPlan plan, Target target, ChannelPipeline pipeline, Connecting connecting) {
    String protocol = pipeline.get(Http2FrameCodec.class) == null ? "http/1.1" : "h2";
    if (pipeline.get(HttpClientUpgradeHandler.class) != null) {
      // Of H2C and HTTP11 together: there is no upgrade within TLS (RFC 9113 section 3.1).
      pipeline.remove(HttpClientUpgradeHandler.class);
    }
    SSLEngine engine = plan.engine(target.plain(), List.of(protocol));
    SslHandler tls = new SslHandler(engine);
    pipeline.addFirst(TLS, tls);
    pipeline.addAfter(TLS, HANDSHAKE, new SecuredChannel(tls, plan, protocol, connecting));
  }

  /** An error of ours: what was to be secured is not connected. */
  static void close(Throwable mistake, Channel channel, SocketAddress address) {
    if (address instanceof Target target && target.plan().isPresent()) {
      refuse(channel, target.refusal(mistake));
    } else if (address instanceof Guard.Nowhere) {
      refuse(channel, new SSLException("inboard: connection not secured", mistake));
    }
  }

  private static void refuse(Channel channel, SSLException error) {
    channel.pipeline().addFirst(new Refusing(error));
  }

  /** The session of our TLS below a connection or one of its streams; null if there is none. */
  static SSLSession session(Channel channel) {
    Channel connection = channel.parent() == null ? channel : channel.parent();
    return connection.pipeline().get(TLS) instanceof SslHandler tls
        ? tls.engine().getSession()
        : null;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    // The channel reads only when asked.
    context.read();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (!over) {
      context.read();
    }
    context.fireChannelReadComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && !over) {
      over = true;
      connecting.end();
      context.pipeline().remove(this);
      Throwable failure =
          handshake.isSuccess()
              ? Handshakes.objection(plan, tls.engine(), protocol).orElse(null)
              : handshake.cause();
      if (failure == null) {
        context.fireChannelActive();
      } else {
        context.fireExceptionCaught(failure);
        context.close();
      }
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  /** Fails what would be connected. */
  private static final class Refusing extends ChannelOutboundHandlerAdapter {
    private final SSLException error;

    Refusing(SSLException error) {
      this.error = error;
    }

    @Override
    public void connect(
        ChannelHandlerContext context,
        SocketAddress remote,
        SocketAddress local,
        ChannelPromise promise) {
      promise.setFailure(error);
      context.close();
    }
  }
}
