// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.TlsPlan;
import io.inboard.call.client.Handshakes;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Consumer;

/**
 * TLS of ours below a connection, until its handshake is over: the library hears that it is open
 * when the peer is known, also after a resumption, which asks no trust manager. On the event loop.
 */
final class Handshake extends ChannelInboundHandlerAdapter {
  private static final String TLS = "inboard.client.tls";
  private static final String HANDSHAKE = "inboard.client.handshake";

  private final SslHandler tls;
  private final TlsPlan plan;
  private final Consumer<Throwable> ended;
  private boolean over;

  private Handshake(SslHandler tls, TlsPlan plan, Consumer<Throwable> ended) {
    this.tls = tls;
    this.plan = plan;
    this.ended = ended;
  }

  /**
   * Secures a connection before it is opened.
   *
   * @param target with a plan
   * @param millis bound of the handshake; 0: Netty's own
   * @param ended told once: why it is not to be used; null: it may
   */
  static void below(
      ChannelPipeline pipeline, Target target, int millis, Consumer<Throwable> ended) {
    SslHandler tls = new SslHandler(target.engine());
    if (millis > 0) {
      tls.setHandshakeTimeoutMillis(millis);
    }
    pipeline.addFirst(TLS, tls);
    pipeline.addAfter(TLS, HANDSHAKE, new Handshake(tls, target.plan().orElseThrow(), ended));
  }

  /** That of ours below a connection; null: there is none. */
  static SslHandler of(ChannelPipeline pipeline) {
    return (SslHandler) pipeline.get(TLS);
  }

  /**
   * What was agreed on by ALPN; empty: nothing. Netty's own accessor knows its own engines only.
   */
  static String agreed(SslHandler tls) {
    String agreed = tls.engine().getApplicationProtocol();
    return agreed == null ? "" : agreed;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent shaken)) {
      context.fireUserEventTriggered(event);
    } else if (!over) {
      over = true;
      context.pipeline().remove(this);
      Throwable failure =
          shaken.isSuccess()
              // Where HTTP/2 was not agreed on the library speaks HTTP/1.1.
              ? Handshakes.objection(plan, tls.engine(), "http/1.1").orElse(null)
              : shaken.cause();
      ended.accept(failure);
    }
  }

  /** The library hears by its promise why there is no connection. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (over) {
      context.fireExceptionCaught(cause);
    }
  }
}
