// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Call.Progress;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.HeaderSink;
import io.inboard.call.Inboard;
import io.inboard.weave.HookErrors;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The requests of HTTP/1.1 that an application sends over a connection, beside the codec: answers
 * come in the order of the requests. On the event loop.
 */
// Netty tells the promises.
@SuppressWarnings("FutureReturnValueIgnored")
final class Requests extends ChannelDuplexHandler {
  static final String NAME = "inboard.requests";

  private final Opened opened;

  /** Those that wait for an answer, in their order; {@link Optional#empty}: left alone. */
  private final Deque<Optional<Sent>> sent = new ArrayDeque<>();

  /** Of the request whose answer comes in. */
  private Context answered = Context.NONE;

  /** What has broken the connection; null: nothing. */
  private Throwable broken;

  private boolean refused;

  Requests(Opened opened) {
    this.opened = opened;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (refused) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
    } else if (message instanceof HttpRequest request && !isTunnel(request)) {
      send(ctx, request, promise);
    } else {
      ctx.write(message, promise);
    }
  }

  /** To a proxy of the application's own: no request of HTTP by itself. */
  private static boolean isTunnel(HttpRequest request) {
    return HttpMethod.CONNECT.equals(request.method());
  }

  private void send(ChannelHandlerContext ctx, HttpRequest request, ChannelPromise promise) {
    Optional<Sent> begun;
    try {
      begun = Optional.ofNullable(begin(ctx, request));
    } catch (IOException refusal) {
      refuse(ctx, request, promise, refusal);
      return;
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(NettyClientHooks.NAME, Requests.class, e);
      Optional<? extends IOException> refusal = opened.refusal(e);
      if (refusal.isPresent()) {
        refuse(ctx, request, promise, refusal.get());
        return;
      }
      begun = Optional.empty();
    }
    if (opened.session() != null) {
      withoutUpgrade(request.headers());
    }
    sent.add(begun);
    ctx.write(request, promise);
  }

  /**
   * There is no upgrade to HTTP/2 within TLS (RFC 9113 section 3.1). The application hears that its
   * server has declined it, by the answer.
   */
  private static void withoutUpgrade(HttpHeaders headers) {
    if (headers.containsValue("upgrade", "h2c", true)) {
      headers.remove("upgrade");
      headers.remove("http2-settings");
      headers.remove("connection"); // Which names these two.
    }
  }

  private Sent begin(ChannelHandlerContext ctx, HttpRequest request) throws IOException {
    opened.look(ctx.pipeline());
    return Sent.begin(
        SentRequest.of(opened, request),
        Carried.of(request),
        opened,
        ctx.channel().remoteAddress(),
        new Sink(request.headers()));
  }

  /** Nothing more goes over the connection. */
  private void refuse(
      ChannelHandlerContext ctx, HttpRequest request, ChannelPromise promise, IOException why) {
    refused = true;
    ReferenceCountUtil.release(request);
    promise.tryFailure(why);
    ctx.fireExceptionCaught(why);
    ctx.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpResponse response && isFinal(response)) {
      answered(response);
    }
    try (Contexts.Scope scope = Inboard.contexts().activate(answered)) {
      ctx.fireChannelRead(message);
    }
  }

  /** What is more than an interim response: 101 ends the request, too. */
  private static boolean isFinal(HttpResponse response) {
    return response.status().code() >= 200 || response.status().code() == 101;
  }

  private void answered(HttpResponse response) {
    Optional<Sent> request = sent.poll();
    if (request == null || request.isEmpty()) {
      answered = Context.NONE;
      return;
    }
    answered = request.get().context();
    if (response.decoderResult().isFailure()) {
      request.get().failed(response.decoderResult().cause(), Progress.RESPONSE_STARTED);
    } else {
      request
          .get()
          .responded(
              response.protocolVersion().minorVersion() == 0 ? "1.0" : "1.1",
              response.status().code(),
              response.headers()::getAll);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    broken = cause;
    ctx.fireExceptionCaught(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Throwable why =
        broken == null ? new IOException("the connection ended before an answer") : broken;
    for (Optional<Sent> each = sent.poll(); each != null; each = sent.poll()) {
      each.ifPresent(request -> request.failed(why, Progress.SENT));
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    giveUp();
    ctx.close(promise);
  }

  /** The connection speaks something else from now on. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    giveUp();
  }

  private void giveUp() {
    for (Optional<Sent> each = sent.poll(); each != null; each = sent.poll()) {
      each.ifPresent(Sent::abandoned);
    }
  }

  private record Sink(HttpHeaders headers) implements HeaderSink {
    @Override
    public void set(String name, String value) {
      headers.set(name, value);
    }

    @Override
    public void remove(String name) {
      headers.remove(name);
    }
  }
}
