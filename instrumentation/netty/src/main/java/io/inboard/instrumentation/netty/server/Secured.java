// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.server.InboundConnection;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;

/**
 * Between TLS of ours and the application, which sees a plaintext connection: nothing of the
 * handshake, no bytes of a peer that has not proved who it is; and it may write a file as such
 * ({@link FileRegion}), which {@link SslHandler} does not take. On the event loop.
 */
final class Secured extends ChannelDuplexHandler implements Ours {
  static final String NAME = "inboard-secured";

  private final Accepted accepted;
  private final InboundConnection inbound;

  /** Until the handshake has ended, and behind a file that is being written. */
  private final HeldWrites held;

  /** Null where no file is being written. */
  private FileWrite file;

  private boolean established;
  private boolean refused;

  Secured(Accepted accepted, HeldWrites held) {
    this.accepted = accepted;
    this.inbound = accepted.inbound();
    this.held = held;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent shaken) {
      if (!established) {
        shaken(ctx, shaken);
      }
    } else if (!(event instanceof SslCloseCompletionEvent)) {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void shaken(ChannelHandlerContext ctx, SslHandshakeCompletionEvent event) {
    if (!event.isSuccess()) {
      Arrival.failed(inbound, event);
      refuse(ctx);
    } else if (!inbound.established(HiddenTls.session(ctx.pipeline()))) {
      refuse(ctx);
    } else if (!UnseenRequests.mayBeServed(accepted)) {
      refuse(ctx);
    } else {
      established = true;
      drain(ctx);
    }
  }

  private void refuse(ChannelHandlerContext ctx) {
    refused = true;
    held.fail(new ClosedChannelException());
    ctx.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (established && !refused) {
      ctx.fireChannelRead(msg);
    } else {
      ReferenceCountUtil.release(msg);
    }
  }

  /** What breaks a handshake is told by the mesh, not by the application's handlers. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (established) {
      ctx.fireExceptionCaught(cause);
    } else {
      inbound.failed(cause);
      refuse(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    inbound.closed();
    if (file != null) {
      file.fail(new ClosedChannelException());
      file = null;
    }
    held.fail(new ClosedChannelException());
    ctx.fireChannelInactive();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (refused) {
      ReferenceCountUtil.release(msg);
      promise.tryFailure(new ClosedChannelException());
    } else if (!established || file != null || msg instanceof FileRegion) {
      held.add(msg, promise);
      if (established && file == null) {
        drain(ctx);
      }
    } else {
      ctx.write(msg, promise);
    }
  }

  /** Writes what was held, up to a file that goes on when there is room for it. */
  private void drain(ChannelHandlerContext ctx) {
    boolean wrote = false;
    while (true) {
      if (file != null) {
        wrote = true;
        if (!file.go(ctx)) {
          break;
        }
        file = null;
      }
      Object next = held.peek();
      if (next == null) {
        break;
      }
      ChannelPromise promise = held.poll();
      if (next instanceof FileRegion region) {
        file = new FileWrite(region, promise);
      } else {
        wrote = true;
        ctx.write(next, promise);
      }
    }
    if (wrote) {
      ctx.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (established && file != null && ctx.channel().isWritable()) {
      drain(ctx);
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    if (established) {
      ctx.flush();
    }
  }
}
