// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A part of a file on its way through TLS, piece by piece as the connection takes it. */
final class FileWrite {
  /** Four records of TLS, as much as a channel buffers before it says that it is full. */
  private static final int PIECE = 64 * 1024;

  private final FileRegion region;
  private final ChannelPromise promise;
  private long position;

  FileWrite(FileRegion region, ChannelPromise promise) {
    this.region = region;
    this.promise = promise;
  }

  /**
   * Writes and flushes while there is room.
   *
   * @return whether it has ended, well or not
   */
  boolean go(ChannelHandlerContext ctx) {
    try {
      while (position < region.count()) {
        if (!ctx.channel().isWritable()) {
          return false;
        }
        ByteBuf piece = next(ctx);
        position += piece.readableBytes();
        if (position < region.count()) {
          ctx.writeAndFlush(piece);
        } else {
          region.release();
          ctx.writeAndFlush(piece, promise);
          return true;
        }
      }
      region.release();
      promise.trySuccess();
      return true;
    } catch (IOException | RuntimeException e) {
      fail(e);
      ctx.close();
      return true;
    }
  }

  private ByteBuf next(ChannelHandlerContext ctx) throws IOException {
    int length = (int) Math.min(PIECE, region.count() - position);
    ByteBuf piece = ctx.alloc().buffer(length, length);
    try {
      while (piece.isWritable()) {
        if (region.transferTo(new Into(piece), position + piece.readableBytes()) <= 0) {
          throw new EOFException("the file has become shorter");
        }
      }
      return piece;
    } catch (IOException | RuntimeException e) {
      piece.release();
      throw e;
    }
  }

  void fail(Throwable why) {
    region.release();
    promise.tryFailure(why);
  }

  /** Takes as much as the buffer has room for. */
  private record Into(ByteBuf piece) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) {
      int count = Math.min(bytes.remaining(), piece.writableBytes());
      piece.writeBytes(bytes.slice().limit(count));
      bytes.position(bytes.position() + count);
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
