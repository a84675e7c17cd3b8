// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundCall;
import io.inboard.call.server.Gate;
import io.inboard.weave.HookErrors;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The requests of one connection of HTTP/1.1, as they are decoded. Each is judged before the
 * application sees it, and given on with its context as the current one. One at a time: a pipelined
 * request waits until the one before it was answered, so that a refusal keeps its place, and a
 * context its request (reactor-netty would queue it, out of our sight). Said to be sharable, since
 * it may change its place in the pipeline. On the event loop, but for {@link #thrown}.
 */
@Sharable
final class Http1Requests extends ChannelDuplexHandler implements Ours {
  static final String NAME = "inboard-requests";

  /** How much of a refused request's body is read, so that its connection can go on. */
  private static final int MOST_BYTES = 256 * 1024;

  /** How long a refused request's body is awaited where its connection is to end. */
  private static final int LINGER_MILLIS = 1_000;

  private final Accepted accepted;
  private final Http1Responses responses = new Http1Responses(this);
  private final Deque<Object> held = new ArrayDeque<>();

  private ChannelHandlerContext ctx;

  /** The request whose response is awaited, where the mesh follows it. Volatile: see above. */
  private volatile ServedRequest serving;

  /** The request whose body comes in; null where the mesh does not follow it. */
  private ServedRequest reading;

  /** Whether a request was given on and its response has not ended. */
  private boolean busy;

  /** Whether what comes belongs to a refused request. */
  private boolean discarding;

  private long discarded;

  /** Whether the connection ends with what is being discarded, or has ended. */
  private boolean closing;

  private boolean readWanted;

  /** Whether something was read that the application does not hear of. */
  private boolean swallowed;

  Http1Requests(Accepted accepted) {
    this.accepted = accepted;
  }

  Http1Responses responses() {
    return responses;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object msg) {
    if (!(msg instanceof HttpObject)) {
      context.fireChannelRead(msg);
    } else if (!held.isEmpty() || (busy && msg instanceof HttpRequest)) {
      held.add(msg);
    } else {
      pass(msg);
    }
  }

  private void pass(Object msg) {
    if (discarding || (closing && msg instanceof HttpRequest)) {
      discard(msg);
    } else if (msg instanceof HttpRequest request) {
      begin(request);
    } else {
      try (Contexts.Scope scope = reading == null ? Contexts.Scope.NONE : reading.activate()) {
        giveOn(msg);
      }
    }
  }

  /**
   * No upgrade to plaintext HTTP/2 inside of TLS (RFC 9113 section 3.1 has dropped it, RFC 7540
   * section 3.2 had it for the scheme http alone): a server that agrees to it (Vert.x) empties its
   * pipeline, and would go on in the clear.
   */
  private void begin(HttpRequest request) {
    reading = null;
    if (accepted.isMutualTls()
        && request.headers().containsValue(HttpHeaderNames.UPGRADE, "h2c", true)) {
      request.headers().remove(HttpHeaderNames.UPGRADE);
      request.headers().remove("http2-settings");
    }
    Http1Exchange exchange = new Http1Exchange(request, ctx, accepted, this);
    Object entered;
    try {
      entered = Gate.enter(exchange);
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(NettyServerHooks.NAME, Http1Requests.class, e);
      entered = Gate.failed(exchange);
    }
    if (entered instanceof Optional<?> answered) {
      serving = null;
      discarding = true;
      discarded = 0;
      if (answered.isPresent()) {
        ctx.close();
      }
      discard(request);
      return;
    }
    busy = true;
    if (entered instanceof Contexts.Scope scope) {
      try (scope) {
        giveOn(request);
      }
    } else if (serving != null) {
      // An error of ours after the request was let in: it is followed all the same.
      try (Contexts.Scope scope = reading.activate()) {
        giveOn(request);
      }
    } else {
      giveOn(request);
    }
  }

  private void giveOn(Object msg) {
    if (msg instanceof LastHttpContent last) {
      reading = null;
      if (!last.trailingHeaders().isEmpty() && Inboard.inbound().guardsIdentity()) {
        new Http1Headers(last.trailingHeaders()).remove(Inbound.FORWARDED_CLIENT_CERT);
      }
    }
    ctx.fireChannelRead(msg);
  }

  private void discard(Object msg) {
    discarded += msg instanceof ByteBufHolder content ? content.content().readableBytes() : 0;
    boolean last = msg instanceof LastHttpContent;
    swallowed = true;
    ReferenceCountUtil.release(msg);
    if (last) {
      discarding = false;
    }
    if ((last && closing) || discarded > MOST_BYTES) {
      ctx.close();
    }
  }

  /** See {@link io.inboard.call.server.ServerExchange#serving}. */
  void serving(InboundCall call) {
    serving = new ServedRequest(call);
    reading = serving;
  }

  /**
   * Writes an answer of ours.
   *
   * @param keeps whether the connection may go on afterwards
   * @param awaitsBody whether the rest of the request is to be read first, where it may not
   */
  void answer(HttpResponse answer, boolean keeps, boolean awaitsBody) {
    ChannelHandlerContext place = responses.place();
    if (keeps) {
      place.writeAndFlush(answer);
      return;
    }
    closing = true;
    if (awaitsBody) {
      place.writeAndFlush(answer);
      ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      place.writeAndFlush(answer).addListener(sent -> ctx.close());
    }
  }

  /** The head of the application's response. */
  void responds(HttpResponse response) {
    ServedRequest served = serving;
    if (served != null) {
      served.respond(response.status().code(), Http1Headers.ofResponse(response.headers()));
    }
  }

  /**
   * The end of the application's response is being written.
   *
   * @return the promise to write it with
   */
  ChannelPromise answered(ChannelPromise promise) {
    ServedRequest served = serving;
    serving = null;
    busy = false;
    if (!held.isEmpty()) {
      // Not inside of the application's own write.
      ctx.executor().execute(this::goOn);
    }
    if (served == null) {
      return promise;
    }
    ChannelPromise ending = promise.unvoid();
    ending.addListener(sent -> served.end(sent.cause()));
    return ending;
  }

  private void goOn() {
    boolean any = false;
    while (!held.isEmpty() && !(busy && held.peek() instanceof HttpRequest)) {
      any = true;
      pass(held.poll());
    }
    if (any) {
      channelReadComplete(ctx);
    }
    if (held.isEmpty() && readWanted) {
      readWanted = false;
      ctx.read();
    }
  }

  /** One who reads by request, as reactor-netty does, would wait for what he was not given. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.fireChannelReadComplete();
    if (swallowed) {
      swallowed = false;
      if (!context.channel().config().isAutoRead()) {
        read(context);
      }
    }
  }

  /** Not more than one buffer's worth of requests waits. */
  @Override
  public void read(ChannelHandlerContext context) {
    if (held.isEmpty()) {
      context.read();
    } else {
      readWanted = true;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ServedRequest served = serving;
    serving = null;
    reading = null;
    for (Object msg = held.poll(); msg != null; msg = held.poll()) {
      ReferenceCountUtil.release(msg);
    }
    if (served != null) {
      served.end(new ClosedChannelException());
    }
    context.fireChannelInactive();
  }

  /** Any thread: a handler may have one of its own. */
  void thrown(Throwable error) {
    ServedRequest served = serving;
    if (served != null) {
      served.thrown(error);
    }
  }
}
