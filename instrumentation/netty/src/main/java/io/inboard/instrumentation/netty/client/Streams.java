// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Call.Progress;
import io.inboard.call.Context;
import io.inboard.call.HeaderSink;
import io.inboard.weave.HookErrors;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The requests of HTTP/2 that an application sends over a connection. On its event loop. */
final class Streams extends Http2ConnectionAdapter {
  /** By the stream's number, until the stream is closed. */
  private final Map<Integer, Sent> sent = new HashMap<>();

  private Streams() {}

  /**
   * A request's head, or its trailers, are about to be written.
   *
   * @return not null: nothing is written, and this has failed
   */
  static ChannelFuture sending(
      Http2Connection connection,
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      ChannelPromise promise) {
    Opened opened = connection.isServer() ? null : Opened.of(ctx.channel());
    if (opened == null || headers.method() == null) {
      return null;
    }
    Streams streams = opened.streams();
    if (streams == null) {
      streams = new Streams();
      opened.streams(streams);
      connection.addListener(streams);
    }
    try {
      streams.begin(ctx, opened, streamId, headers);
      return null;
    } catch (IOException refusal) {
      return promise.setFailure(refusal);
    }
  }

  private void begin(ChannelHandlerContext ctx, Opened opened, int streamId, Http2Headers headers)
      throws IOException {
    opened.look(ctx.pipeline());
    Sent begun =
        Sent.begin(
            new SentHeaders(opened, headers),
            Carried.of(headers),
            opened,
            ctx.channel().remoteAddress(),
            new Sink(headers));
    if (begun != null) {
      sent.put(streamId, begun);
    }
  }

  /** What must be encrypted is not sent. */
  static ChannelFuture refuseAfterError(
      Throwable error, ChannelHandlerContext ctx, ChannelPromise promise) {
    Opened opened = Opened.of(ctx.channel());
    Optional<? extends IOException> refusal =
        opened == null ? Optional.empty() : opened.refusal(error);
    return refusal.isPresent() ? promise.setFailure(refusal.get()) : null;
  }

  /**
   * A response's head, or its trailers, have come.
   *
   * @return in which the application hears of it
   */
  static Context answered(ChannelHandlerContext ctx, int streamId, Http2Headers headers) {
    Sent request = sent(ctx, streamId);
    if (request == null) {
      return Context.NONE;
    }
    CharSequence status = headers.status();
    if (status != null && status.length() == 3 && status.charAt(0) != '1') {
      try {
        request.responded("2", Integer.parseInt(status.toString()), name -> values(headers, name));
      } catch (RuntimeException | LinkageError e) {
        HookErrors.report(Http2ClientHooks.NAME, Streams.class, e);
      }
    }
    return request.context();
  }

  /** In which the application has made the request of a stream. */
  static Context context(ChannelHandlerContext ctx, int streamId) {
    Sent request = sent(ctx, streamId);
    return request == null ? Context.NONE : request.context();
  }

  private static Sent sent(ChannelHandlerContext ctx, int streamId) {
    Opened opened = Opened.of(ctx.channel());
    Streams streams = opened == null ? null : opened.streams();
    return streams == null ? null : streams.sent.get(streamId);
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    Sent request = sent.remove(stream.id());
    if (request != null) {
      request.failed(new IOException("the stream ended before its response"), Progress.SENT);
    }
  }

  private static List<String> values(Http2Headers headers, String name) {
    return headers.getAll(name.toLowerCase(Locale.ROOT)).stream()
        .map(CharSequence::toString)
        .toList();
  }

  private record Sink(Http2Headers headers) implements HeaderSink {
    @Override
    public void set(String name, String value) {
      headers.set(name.toLowerCase(Locale.ROOT), value);
    }

    @Override
    public void remove(String name) {
      headers.remove(name.toLowerCase(Locale.ROOT));
    }
  }

  /** A request, as the core sees it. */
  private record SentHeaders(Opened opened, Http2Headers headers) implements OverConnection {
    @Override
    public Kind kind() {
      return Kind.ON_CONNECTION;
    }

    @Override
    public String method() {
      return headers.method().toString();
    }

    @Override
    public String target() {
      CharSequence path = headers.path();
      return path == null || path.length() == 0 ? "/" : path.toString();
    }

    @Override
    public List<String> headers(String name) {
      return values(headers, name);
    }

    @Override
    public boolean proxied() {
      return opened.proxied();
    }

    @Override
    public Body body() {
      return Body.ONE_SHOT;
    }
  }
}
