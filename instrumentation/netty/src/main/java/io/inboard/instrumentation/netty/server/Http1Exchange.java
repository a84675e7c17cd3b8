// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.HeaderSink;
import io.inboard.call.InboundCall;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import java.util.function.Consumer;

/** A request of HTTP/1.1 at the gate. On the event loop. */
final class Http1Exchange extends NettyExchange {
  private final HttpRequest request;
  private final ChannelHandlerContext ctx;
  private final Http1Requests requests;

  /** Of an answer of ours. */
  private final HttpHeaders answerHeaders = new DefaultHttpHeaders();

  Http1Exchange(
      HttpRequest request, ChannelHandlerContext ctx, Accepted accepted, Http1Requests requests) {
    super(ctx.channel(), accepted);
    this.request = request;
    this.ctx = ctx;
    this.requests = requests;
  }

  @Override
  protected String target() {
    return request.uri();
  }

  @Override
  public String method() {
    return request.method().name();
  }

  @Override
  public String protocolVersion() {
    return request.protocolVersion().equals(HttpVersion.HTTP_1_0) ? "1.0" : "1.1";
  }

  @Override
  public List<String> headers(String name) {
    return request.headers().getAll(name);
  }

  @Override
  public void correctHeaders(Consumer<HeaderSink> correction) {
    correction.accept(new Http1Headers(request.headers()));
  }

  @Override
  public HeaderSink responseHeaders() {
    return Http1Headers.ofResponse(answerHeaders);
  }

  @Override
  public void serving(InboundCall call) {
    requests.serving(call);
  }

  /** A sender that waits for a 100 may send its body all the same: what follows is not told. */
  @Override
  public void answer(Answer answer) {
    boolean bodyless = request.method().equals(HttpMethod.HEAD);
    ByteBuf body =
        bodyless ? Unpooled.EMPTY_BUFFER : ByteBufUtil.writeAscii(ctx.alloc(), answer.text());
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), body);
    HttpHeaders headers = response.headers();
    headers.set(answerHeaders);
    headers.set(HttpHeaderNames.CONTENT_LENGTH, answer.text().length());
    if (!answer.text().isEmpty()) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
    }
    boolean expects = HttpUtil.is100ContinueExpected(request);
    boolean keeps = !answer.close() && !expects && HttpUtil.isKeepAlive(request);
    HttpUtil.setKeepAlive(headers, request.protocolVersion(), keeps);
    if (!keeps) {
      headers.set(HttpHeaderNames.CONNECTION, "close");
    }
    requests.answer(response, keeps, !expects && !(request instanceof LastHttpContent));
  }
}
