// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls;
import io.inboard.call.Refusal;
import io.inboard.call.server.InboundConnection;
import io.inboard.weave.HookErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * A connection between its acceptance and the moment when the application gets its bytes. First in
 * the pipeline; it leaves as soon as what comes is plaintext, or TLS of the application's own, and
 * leaves {@link HiddenTls} and {@link Secured} in its place where it is ours. What the application
 * writes meanwhile waits: a server that speaks first (HTTP/2, banners) would otherwise answer a
 * ClientHello in the clear. All of it on the event loop, which never waits.
 */
final class Arrival extends ChannelDuplexHandler implements Ours {
  static final String NAME = "inboard-arrival";

  /** How long a peer that was refused may take to read the answer and go. */
  private static final int LINGER_MILLIS = 1_000;

  /**
   * How long what the application says first waits for a peer's first byte, where plaintext is
   * served: a client that lets the server speak first sends no handshake. Istio's time for telling
   * protocols apart; one that is slow to begin its handshake must not be answered in the clear.
   */
  private static final int SPEAKS_FIRST_MILLIS = 5_000;

  private final Accepted accepted;
  private final InboundConnection inbound;
  private final HeldWrites held = new HeldWrites();

  /** What is being looked at; null between reads. */
  private ByteBuf reading;

  /** What closes the connection, or lets plaintext out, when its time is up; null: nothing. */
  private Future<?> bound;

  private boolean over;

  Arrival(Accepted accepted) {
    this.accepted = accepted;
    this.inbound = accepted.inbound();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      bound(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    bound(ctx);
    ctx.fireChannelActive();
  }

  /** A silent peer holds nothing longer than a handshake may take, where only TLS is served. */
  private void bound(ChannelHandlerContext ctx) {
    if (inbound.awaitsHandshake() && bound == null) {
      bound(ctx, Inboard.inboundTls().handshakeMillis());
    }
  }

  private void bound(ChannelHandlerContext ctx, int millis) {
    unbound();
    bound =
        ctx.executor()
            .schedule(
                () -> {
                  if (!over && !Spoken.in(ctx.pipeline()).ownTls()) {
                    close(ctx);
                  }
                },
                millis,
                TimeUnit.MILLISECONDS);
  }

  private void unbound() {
    if (bound != null) {
      bound.cancel(false);
      bound = null;
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (over || !(msg instanceof ByteBuf bytes)) {
      if (over) {
        ReferenceCountUtil.release(msg);
      } else {
        ctx.fireChannelRead(msg);
      }
      return;
    }
    try {
      step(ctx, bytes);
    } catch (SSLException e) {
      inbound.failed(e);
      close(ctx);
    } catch (IOException | RuntimeException | LinkageError e) {
      HookErrors.report(NettyServerHooks.NAME, Arrival.class, e);
      close(ctx);
    } finally {
      bytes.release();
    }
  }

  private void step(ChannelHandlerContext ctx, ByteBuf bytes) throws IOException {
    Spoken spoken = Spoken.in(ctx.pipeline());
    if (spoken.ownTls()) {
      leave(ctx, bytes.retain());
      return;
    }
    reading = bytes;
    try {
      switch (inbound.next(new Bare(ctx))) {
        case WAIT -> {}
        case CLOSE -> close(ctx);
        case PLAIN -> {
          // The application has set its pipeline up by now.
          if (UnseenRequests.mayBeServed(accepted)) {
            leave(ctx, rest());
          } else {
            close(ctx);
          }
        }
        case TLS -> secure(ctx, spoken);
      }
    } finally {
      reading = null;
    }
  }

  /** What has come so far, for whom it is meant. */
  private ByteBuf rest() {
    int early = inbound.early();
    if (early == 0) {
      return reading.readRetainedSlice(reading.readableBytes());
    }
    ByteBuffer first = ByteBuffer.allocate(early);
    inbound.handOn(first);
    return Unpooled.wrappedBuffer(
        Unpooled.wrappedBuffer(first.flip()), reading.readRetainedSlice(reading.readableBytes()));
  }

  /** The application gets what the connection says, from its first byte. */
  private void leave(ChannelHandlerContext ctx, ByteBuf bytes) {
    over = true;
    unbound();
    // Before what the application says in answer to these bytes.
    held.letOut(ctx);
    ctx.fireChannelRead(bytes);
    if (!ctx.isRemoved()) {
      ctx.pipeline().remove(this);
    }
  }

  private void secure(ChannelHandlerContext ctx, Spoken spoken) throws SSLException {
    InboundTls tls = Inboard.inboundTls();
    SSLEngine engine = tls.engine(spoken.names());
    SslHandler handler = new SslHandler(engine);
    handler.setHandshakeTimeoutMillis(tls.handshakeMillis());
    ByteBuf first =
        Unpooled.wrappedBuffer(
            Unpooled.wrappedBuffer(inbound.taken()),
            reading.readRetainedSlice(reading.readableBytes()));
    over = true;
    unbound();
    Secured secured = new Secured(accepted, held);
    ctx.pipeline().addAfter(NAME, Secured.NAME, secured);
    ctx.pipeline().addAfter(NAME, HiddenTls.class.getName(), new HiddenTls(handler));
    ctx.fireChannelRead(first);
    if (!ctx.isRemoved()) {
      ctx.pipeline().remove(this);
    }
  }

  private void close(ChannelHandlerContext ctx) {
    over = true;
    unbound();
    inbound.closed();
    held.fail(new ClosedChannelException());
    ctx.close();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    // One who reads by request was given nothing, and would wait for it.
    if (!over && !ctx.channel().config().isAutoRead()) {
      ctx.read();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!over) {
      over = true;
      unbound();
      inbound.closed();
    }
    held.fail(new ClosedChannelException());
    ctx.fireChannelInactive();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (over || Spoken.in(ctx.pipeline()).ownTls()) {
      ctx.write(msg, promise);
      return;
    }
    held.add(msg, promise);
    if (bound == null && inbound.mayWritePlaintext()) {
      bound =
          ctx.executor()
              .schedule(() -> speakFirst(ctx), SPEAKS_FIRST_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void speakFirst(ChannelHandlerContext ctx) {
    if (!over && inbound.mayWritePlaintext()) {
      held.letOut(ctx);
    }
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    if (held.isEmpty()) {
      ctx.flush();
    }
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    held.fail(new ClosedChannelException());
    ctx.close(promise);
  }

  /** Between two reads the connection waits in its event loop. */
  private final class Bare implements InboundConnection.Peer {
    private final ChannelHandlerContext ctx;

    Bare(ChannelHandlerContext ctx) {
      this.ctx = ctx;
    }

    @Override
    public int read(ByteBuffer into) {
      int count = Math.min(into.remaining(), reading.readableBytes());
      ByteBuffer part = into.slice().limit(count);
      reading.readBytes(part);
      into.position(into.position() + count);
      return count;
    }

    @Override
    public void write(ByteBuffer answer) {
      ctx.writeAndFlush(Unpooled.copiedBuffer(answer));
    }

    @Override
    public void shutdownOutput() {
      // Behind the answer, which an empty write follows.
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(
              (ChannelFutureListener)
                  written -> {
                    if (written.channel() instanceof DuplexChannel duplex) {
                      duplex.shutdownOutput();
                    }
                  });
    }

    @Override
    public boolean linger() {
      bound(ctx, LINGER_MILLIS);
      return true;
    }
  }

  /** Why a handshake of ours has ended, as {@link Secured} hears it. */
  static void failed(InboundConnection inbound, SslHandshakeCompletionEvent event) {
    Throwable cause = event.cause();
    if (cause instanceof SslHandshakeTimeoutException) {
      inbound.refuse(Refusal.TIMEOUT);
    } else if (cause instanceof ClosedChannelException) {
      inbound.closed();
    } else {
      inbound.failed(cause);
    }
  }
}
