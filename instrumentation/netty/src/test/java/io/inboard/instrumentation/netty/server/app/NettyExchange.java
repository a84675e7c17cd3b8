// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server.app;

import io.inboard.contract.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** A request that was read as a whole. */
final class NettyExchange implements Exchange {
  private final ChannelHandlerContext ctx;
  private final String target;
  private final HttpHeaders requestHeaders;
  private final byte[] body;
  private final boolean head;
  private final boolean keep;
  private final HttpHeaders headers = new DefaultHttpHeaders();

  NettyExchange(ChannelHandlerContext ctx, FullHttpRequest request) {
    this.ctx = ctx;
    this.target = request.uri();
    this.requestHeaders = request.headers();
    this.body = ByteBufUtil.getBytes(request.content());
    this.head = request.method().equals(HttpMethod.HEAD);
    this.keep = HttpUtil.isKeepAlive(request);
  }

  @Override
  public String path() {
    String path = target.replaceFirst("^[A-Za-z]+://[^/?#]*(?=/)", "");
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  @Override
  public List<String> headers(String name) {
    return requestHeaders.getAll(name);
  }

  @Override
  public InputStream body() {
    return new ByteArrayInputStream(body);
  }

  @Override
  public void header(String name, String value) {
    headers.set(name, value);
  }

  @Override
  public OutputStream respond(int status, long length) {
    HttpResponseStatus code = HttpResponseStatus.valueOf(status);
    if (length < 0) {
      HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, code);
      response.headers().add(headers);
      HttpUtil.setTransferEncodingChunked(response, true);
      ctx.write(response);
      return new Pieces();
    }
    headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
    return new ByteArrayOutputStream() {
      private boolean closed;

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          ByteBuf content = head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(toByteArray());
          DefaultFullHttpResponse response =
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, code, content);
          response.headers().add(headers);
          end(ctx.writeAndFlush(response));
        }
      }
    };
  }

  private void end(ChannelFuture last) {
    if (!keep) {
      last.addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** As Netty's own example of a file server: as a file, unless there is TLS to see. */
  @Override
  public void respondFile(File file) throws IOException {
    if (ctx.channel().parent().parent() != null || ctx.pipeline().get(SslHandler.class) != null) {
      Exchange.super.respondFile(file);
      return;
    }
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, file.length());
    ctx.write(response);
    ctx.write(new DefaultFileRegion(file, 0, file.length()));
    end(ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
  }

  @Override
  public void async(Rest rest) {
    Thread thread =
        new Thread(
            () -> {
              try {
                rest.run(this);
              } catch (IOException e) {
                ctx.close();
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  /** A body in chunks. */
  private final class Pieces extends OutputStream {
    private ByteBuf piece = Unpooled.buffer();
    private boolean closed;

    @Override
    public void write(int b) {
      piece.writeByte(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      piece.writeBytes(bytes, from, length);
    }

    @Override
    public void flush() {
      ctx.writeAndFlush(new DefaultHttpContent(piece));
      piece = Unpooled.buffer();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        flush();
        end(ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
      }
    }
  }
}
