// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.GrpcStatus;
import io.inboard.call.HeaderSink;
import io.inboard.call.InboundCall;
import io.inboard.call.server.Claims;
import io.inboard.call.server.ResponseHeaders;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A request of HTTP/2 at the gate. On its connection's event loop. */
final class Http2Exchange extends NettyExchange {
  private static final ClassValue<Boolean> OF_GRPC =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return type.getSimpleName().startsWith("GrpcHttp2");
        }
      };

  private final ChannelHandlerContext ctx;
  private final int stream;
  private final Http2Headers headers;
  private final Http2Requests requests;

  /** Of an answer of ours. */
  private final Http2Headers answerHeaders = new DefaultHttp2Headers();

  /** Null before it is let in. */
  private ServedRequest served;

  Http2Exchange(
      ChannelHandlerContext ctx,
      Accepted accepted,
      int stream,
      Http2Headers headers,
      Http2Requests requests) {
    super(ctx.channel(), accepted);
    this.ctx = ctx;
    this.stream = stream;
    this.headers = headers;
    this.requests = requests;
  }

  /** Null if the mesh does not follow it. */
  ServedRequest served() {
    return served;
  }

  /** CONNECT has none (RFC 9113 section 8.5). */
  @Override
  protected String target() {
    return headers.path() == null ? "/" : headers.path().toString();
  }

  @Override
  public String method() {
    return headers.method() == null ? "" : headers.method().toString();
  }

  @Override
  public String protocolVersion() {
    return "2";
  }

  @Override
  public List<String> headers(String name) {
    List<CharSequence> values = headers.getAll(AsciiString.of(name)); // gRPC's take no other.
    if (values.isEmpty()) {
      return List.of();
    }
    List<String> texts = new ArrayList<>(values.size());
    values.forEach(value -> texts.add(value.toString()));
    return texts;
  }

  @Override
  public void correctHeaders(Consumer<HeaderSink> correction) {
    correction.accept(new Correction(headers));
  }

  @Override
  public HeaderSink responseHeaders() {
    return ofResponse(answerHeaders);
  }

  /** Those of a response, which come after what the application has set. */
  static HeaderSink ofResponse(Http2Headers headers) {
    return isOfGrpc(headers)
        ? new ResponseHeaders(name -> true, (name, value) -> {})
        : new ResponseHeaders(headers::contains, headers::add);
  }

  /**
   * gRPC has headers of its own, which do what it needs and throw otherwise
   * (GrpcHttp2HeadersUtils): those of a request take names as {@link AsciiString} and cannot be
   * looked through before 1.60, those of a response cannot be added to.
   */
  private static boolean isOfGrpc(Http2Headers headers) {
    return OF_GRPC.get(headers.getClass());
  }

  /**
   * The code of gRPC that ends a response, among its trailers or in a head that is all of it. Those
   * that gRPC writes can be gone through, and nothing else.
   */
  static int grpcStatus(Http2Headers headers) {
    for (Map.Entry<CharSequence, CharSequence> entry : headers) {
      if (GrpcStatus.HEADER.contentEquals(entry.getKey())) {
        return GrpcStatus.parse(entry.getValue());
      }
    }
    return GrpcStatus.NONE;
  }

  @Override
  public void serving(InboundCall call) {
    served = new ServedRequest(call);
  }

  /** Other requests of the connection go on. */
  @Override
  public void answer(Answer answer) {
    answerHeaders.status(Integer.toString(answer.status()));
    answerHeaders.set("content-length", Integer.toString(answer.text().length()));
    boolean empty = answer.text().isEmpty() || method().equals("HEAD");
    if (!answer.text().isEmpty()) {
      answerHeaders.set("content-type", "text/plain");
    }
    requests.encoder().writeHeaders(ctx, stream, answerHeaders, 0, empty, ctx.newPromise());
    if (!empty) {
      requests
          .encoder()
          .writeData(
              ctx,
              stream,
              ByteBufUtil.writeAscii(ctx.alloc(), answer.text()),
              0,
              true,
              ctx.newPromise());
    }
  }

  /** Corrects the headers of a request, or its trailers, before the application has them. */
  record Correction(Http2Headers headers) implements HeaderSink {
    @Override
    public void set(String name, String value) {
      remove(name);
      headers.add(AsciiString.of(name), AsciiString.of(value));
    }

    @Override
    public void remove(String name) {
      if (isOfGrpc(headers)) {
        // An application of gRPC finds a header by its one name.
        headers.remove(AsciiString.of(name));
        return;
      }
      List<CharSequence> spellings = null;
      for (Map.Entry<CharSequence, CharSequence> entry : headers) {
        CharSequence each = entry.getKey();
        if (each.length() == name.length() && Claims.isSpelling(each.toString(), name)) {
          spellings = spellings == null ? new ArrayList<>() : spellings;
          spellings.add(each);
        }
      }
      if (spellings != null) {
        spellings.forEach(headers::remove);
      }
    }
  }
}
