// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * HTTP/2 of clients that applications build of Netty: each request passes the connection's encoder,
 * each response the frame listener of its decoder.
 */
public final class Http2ClientHooks implements Library {
  static final String NAME = "netty-http2-client";

  private static final String DECODER =
      "io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder";
  private static final String ENCODER =
      "io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave(ENCODER, method("writeHeaders", 6), Http2Advice.Headers.class)
        .weave(ENCODER, method("writeHeaders", 9), Http2Advice.Headers.class)
        .weave(
            DECODER,
            method("frameListener", "io.netty.handler.codec.http2.Http2FrameListener"),
            Http2Advice.Listen.class)
        .build();
  }
}
