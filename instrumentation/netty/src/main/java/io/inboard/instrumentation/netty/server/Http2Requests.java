// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.Contexts;
import io.inboard.call.GrpcStatus;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.server.Gate;
import io.inboard.weave.HookErrors;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.io.IOException;
import java.util.Optional;

/**
 * The requests of one connection of HTTP/2, in front of whoever listens to its frames: each is
 * judged before that one hears of it. What has become of a stream is kept as a property of it. On
 * the connection's event loop.
 */
final class Http2Requests extends Http2FrameListenerDecorator {
  /** How much of a refused request's body is taken, so that its answer is read before the end. */
  private static final int MOST_BYTES = 256 * 1024;

  private final Http2Connection connection;
  private final Http2ConnectionEncoder encoder;
  private final Http2Connection.PropertyKey key;

  /** What is known of a stream. */
  private static final class Judged {
    /** Null where the mesh does not follow the request. */
    private final ServedRequest served;

    private final boolean refused;
    private int discarded;

    Judged(ServedRequest served, boolean refused) {
      this.served = served;
      this.refused = refused;
    }
  }

  /** A part of a frame that goes on to the listener. */
  @FunctionalInterface
  private interface Heard {
    void run() throws Http2Exception;
  }

  Http2Requests(
      Http2FrameListener listener, Http2Connection connection, Http2ConnectionEncoder encoder) {
    super(listener);
    this.connection = connection;
    this.encoder = encoder;
    this.key = connection.newKey();
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamClosed(Http2Stream stream) {
            closed(stream);
          }
        });
  }

  Http2ConnectionEncoder encoder() {
    return encoder;
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean ends)
      throws Http2Exception {
    headers(
        ctx, streamId, headers, () -> super.onHeadersRead(ctx, streamId, headers, padding, ends));
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean ends)
      throws Http2Exception {
    headers(
        ctx,
        streamId,
        headers,
        () ->
            super.onHeadersRead(
                ctx, streamId, headers, dependency, weight, exclusive, padding, ends));
  }

  private void headers(ChannelHandlerContext ctx, int streamId, Http2Headers headers, Heard heard)
      throws Http2Exception {
    Accepted accepted = Accepted.of(ctx.channel());
    Http2Stream stream = connection.stream(streamId);
    if (accepted == null || stream == null) {
      heard.run();
      return;
    }
    Judged judged = stream.getProperty(key);
    if (judged == null) {
      begin(ctx, accepted, stream, headers, heard);
    } else if (!judged.refused) {
      if (Inboard.inbound().guardsIdentity()) {
        new Http2Exchange.Correction(headers).remove(Inbound.FORWARDED_CLIENT_CERT);
      }
      run(judged, heard);
    }
  }

  private void begin(
      ChannelHandlerContext ctx,
      Accepted accepted,
      Http2Stream stream,
      Http2Headers headers,
      Heard heard)
      throws Http2Exception {
    accepted.http2(this);
    Http2Exchange exchange = new Http2Exchange(ctx, accepted, stream.id(), headers, this);
    Object entered;
    try {
      entered = Gate.enter(exchange);
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(NettyServerHooks.NAME, Http2Requests.class, e);
      entered = Gate.failed(exchange);
    }
    if (entered instanceof Contexts.Scope scope) {
      scope.close();
    }
    if (entered instanceof Optional<?> answered) {
      stream.setProperty(key, new Judged(null, true));
      if (answered.isPresent()) {
        throw Http2Exception.streamError(
            stream.id(), Http2Error.REFUSED_STREAM, "the request was refused");
      }
      return;
    }
    Judged judged = new Judged(exchange.served(), false);
    stream.setProperty(key, judged);
    run(judged, heard);
  }

  private static void run(Judged judged, Heard heard) throws Http2Exception {
    if (judged.served == null) {
      heard.run();
    } else {
      try (Contexts.Scope scope = judged.served.activate()) {
        heard.run();
      }
    }
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean ends)
      throws Http2Exception {
    Judged judged = judged(streamId);
    if (judged == null || (judged.served == null && !judged.refused)) {
      return super.onDataRead(ctx, streamId, data, padding, ends);
    }
    if (judged.refused) {
      int length = data.readableBytes() + padding;
      judged.discarded += length;
      if (judged.discarded > MOST_BYTES) {
        encoder.writeRstStream(ctx, streamId, Http2Error.NO_ERROR.code(), ctx.newPromise());
      }
      return length;
    }
    try (Contexts.Scope scope = judged.served.activate()) {
      return super.onDataRead(ctx, streamId, data, padding, ends);
    }
  }

  private Judged judged(int streamId) {
    Http2Stream stream = connection.stream(streamId);
    return stream == null ? null : stream.getProperty(key);
  }

  private void closed(Http2Stream stream) {
    Judged judged = stream.getProperty(key);
    if (judged != null && judged.served != null && !judged.served.isAnswered()) {
      judged.served.answered();
      judged.served.end(new IOException("the stream ended before its response"));
    }
  }

  /** A handler of a stream's own channel has thrown; on the event loop, or not told. */
  static void thrown(Channel channel, Throwable error) {
    Http2Requests requests = Accepted.of(channel.parent()).http2();
    if (requests != null
        && channel instanceof Http2StreamChannel stream
        && channel.eventLoop().inEventLoop()) {
      Judged judged = requests.judged(stream.stream().id());
      if (judged != null && judged.served != null) {
        judged.served.thrown(error);
      }
    }
  }

  private static ServedRequest served(ChannelHandlerContext ctx, int streamId) {
    Accepted accepted = Accepted.of(ctx.channel());
    Http2Requests requests = accepted == null ? null : accepted.http2();
    Judged judged = requests == null ? null : requests.judged(streamId);
    return judged == null ? null : judged.served;
  }

  /**
   * A response's head, or its trailers, are about to be written.
   *
   * @return for {@link #answered}
   */
  static Object responds(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers, boolean ends) {
    ServedRequest served = served(ctx, streamId);
    if (served == null || served.isAnswered()) {
      return null;
    }
    CharSequence status = headers.status();
    if (status != null && status.length() == 3 && status.charAt(0) != '1') {
      served.respond(Integer.parseInt(status.toString()), Http2Exchange.ofResponse(headers));
    }
    if (ends) {
      int code = Http2Exchange.grpcStatus(headers);
      if (code != GrpcStatus.NONE) {
        served.grpcStatus(code);
      }
      return ending(served);
    }
    return null;
  }

  /** The last of a response's body is about to be written. */
  static Object ends(ChannelHandlerContext ctx, int streamId) {
    ServedRequest served = served(ctx, streamId);
    return served == null || served.isAnswered() ? null : ending(served);
  }

  private static Object ending(ServedRequest served) {
    served.answered();
    return served;
  }

  /** What ends a response was written, and will be sent. */
  static void answered(Object ended, ChannelFuture written) {
    if (ended instanceof ServedRequest served) {
      written.addListener(sent -> served.end(sent.cause()));
    }
  }
}
