// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.client.Handshakes;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PendingWriteQueue;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLSession;

/**
 * TLS of ours below a connection, until its handshake is over: what stands above hears that the
 * connection is there when the peer is known, also after a resumption, which asks no trust manager;
 * before, nothing of it is sent. On the event loop.
 */
// Netty tells the promises.
@SuppressWarnings("FutureReturnValueIgnored")
final class Handshake extends ChannelDuplexHandler {
  private static final String TLS = "inboard.tls";
  private static final String HANDSHAKE = "inboard.handshake";

  private final SslHandler tls;
  private final TlsPlan plan;
  private final String protocol;
  private final Consumer<Result> ended;

  /** What was written too early. Null before it is in the pipeline. */
  private PendingWriteQueue held;

  private boolean over;
  private boolean failed;

  /**
   * What became of it.
   *
   * @param session null after a failure
   * @param failure null: the peer is whom we expect
   */
  record Result(SSLSession session, Throwable failure) {}

  private Handshake(SslHandler tls, TlsPlan plan, String protocol, Consumer<Result> ended) {
    this.tls = tls;
    this.plan = plan;
    this.protocol = protocol;
    this.ended = ended;
  }

  /**
   * Secures a connection before it is opened.
   *
   * @param endpoint with a plan
   * @param millis bound of the handshake; 0: Netty's own
   * @param ended told once, on the event loop, before the application hears that it is open
   */
  static void below(
      ChannelPipeline pipeline,
      Spoken spoken,
      Endpoint endpoint,
      int millis,
      Consumer<Result> ended) {
    TlsPlan plan = endpoint.tls().orElseThrow();
    SslHandler tls = new SslHandler(plan.engine(endpoint.address(), List.of(spoken.protocol())));
    if (millis > 0) {
      tls.setHandshakeTimeoutMillis(millis);
    }
    pipeline.addFirst(TLS, tls);
    pipeline.addAfter(TLS, HANDSHAKE, new Handshake(tls, plan, spoken.protocol(), ended));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    held = new PendingWriteQueue(context);
  }

  /** Also of a channel that never was connected. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    held.removeAndFailAll(new ClosedChannelException());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    // Not yet. Where the application reads by request, nobody has asked.
    if (!context.channel().config().isAutoRead()) {
      context.read();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (failed) {
      ReferenceCountUtil.release(message);
    } else {
      context.fireChannelRead(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (!over && !context.channel().config().isAutoRead()) {
      context.read();
    }
    context.fireChannelReadComplete();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent shaken)) {
      context.fireUserEventTriggered(event);
    } else if (!over) {
      over = true;
      Throwable failure =
          shaken.isSuccess()
              ? Handshakes.objection(plan, tls.engine(), protocol).orElse(null)
              : shaken.cause();
      if (failure == null) {
        ended.accept(new Result(tls.engine().getSession(), null));
        context.fireChannelActive();
        held.removeAndWriteAll();
        context.flush();
        context.pipeline().remove(this);
      } else {
        failed = true;
        held.removeAndFailAll(failure);
        ended.accept(new Result(null, failure));
        context.close();
      }
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (!over) {
      held.add(message, promise);
    } else if (failed) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
    } else {
      context.write(message, promise);
    }
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    if (over && !failed) {
      context.flush();
    }
  }

  /** The application hears by its promise why there is no connection. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (over && !failed) {
      context.fireExceptionCaught(cause);
    }
  }

  /** As without us: what was never open to it does not close, either. */
  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (over && !failed) {
      context.fireChannelInactive();
    }
  }
}
