// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * What is woven into Netty's HTTP/2, below everything that stands on it: streams as channels of
 * their own, adapters to HTTP/1.1's objects, frame listeners of gRPC and others. Each request
 * passes the frame listener of its connection's decoder, each response the connection's encoder.
 */
public final class Http2ServerHooks implements Library {
  static final String NAME = "netty-http2";

  private static final String DECODER =
      "io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder";
  private static final String ENCODER =
      "io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave(
            DECODER,
            method("frameListener", "io.netty.handler.codec.http2.Http2FrameListener"),
            Http2Advice.Listen.class)
        .otherwise(
            DECODER,
            method("frameListener", "io.netty.handler.codec.http2.Http2FrameListener"),
            Http2Advice.ListenUnfit.class)
        .weave(ENCODER, method("writeHeaders", 6), Http2Advice.Headers.class)
        .weave(ENCODER, method("writeHeaders", 9), Http2Advice.PrioritizedHeaders.class)
        .weave(ENCODER, method("writeData", 6), Http2Advice.Data.class)
        .build();
  }
}
