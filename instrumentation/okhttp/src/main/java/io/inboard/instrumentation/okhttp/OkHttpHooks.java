// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import static io.inboard.weave.Member.constructor;
import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.util.List;

/** OkHttp 3.14, 4 and 5, in the order in which a call meets the hooks. */
public final class OkHttpHooks implements Library {
  static final String NAME = "okhttp";

  private static final String CLIENT = "okhttp3.OkHttpClient";
  private static final String HTTP = "okhttp3.internal.http.";
  private static final String CONNECTION = "okhttp3.internal.connection.";
  private static final String REDIRECTS = HTTP + "RetryAndFollowUpInterceptor";
  private static final String CHAIN = HTTP + "RealInterceptorChain";
  private static final String PLATFORM = "okhttp3.internal.platform.";

  /** What a call keeps of its connection and exchange: in 3.14, and since 4. */
  private static final List<String> ENGINE =
      List.of(CONNECTION + "Transmitter", CONNECTION + "RealCall");

  private static final List<String> QUEUED =
      List.of("okhttp3.RealCall$AsyncCall", CONNECTION + "RealCall$AsyncCall");

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .openingSockets(PLATFORM + "Platform")
        .relyingOn("okhttp3.internal.http2.StreamResetException", field("errorCode"))
        .relyingOn("okhttp3.internal.http2.ConnectionShutdownException")
        .relyingOn(OkHttpMembers.HANDLES)
        .relyingOn(CONNECTION + "Exchange", method("cancel", 0))
        // Of an asynchronous call: the context in which it was asked for, on whatever thread.
        .weave(QUEUED, constructor(), OkHttpAdvice.Enqueue.class)
        .weave(QUEUED, method("execute", 0).whereItExists(), OkHttpAdvice.Run.class)
        .weave(QUEUED, method("run", 0).whereItExists(), OkHttpAdvice.Run.class)
        // One call with all its hops; and a hop, below the cache.
        .weave(REDIRECTS, method("intercept", 1), OkHttpAdvice.Converse.class)
        .weave(ENGINE, method("createAddress", 1).whereItExists(), OkHttpAdvice.CreateAddress.class)
        .weave(CLIENT, method("address", 1).whereItExists(), OkHttpAdvice.CreateAddress.class)
        .weave(CHAIN, method("address", 1).whereItExists(), OkHttpAdvice.CreateAddress.class)
        .weave(CONNECTION + "ConnectInterceptor", method("intercept", 1), OkHttpAdvice.Hop.class)
        // Inside an attempt.
        .weave("okhttp3.Route", method("socketAddress", 0), OkHttpAdvice.SocketAddress.class)
        .weave(
            PLATFORM + "Jdk9Platform", method("configureTlsExtensions"), OkHttpAdvice.Offer.class)
        .weave(CONNECTION + "Exchange", constructor(), OkHttpAdvice.Connected.class)
        .weave(CONNECTION + "Exchange", method("trackFailure", 1), OkHttpAdvice.Broken.class)
        .weave(CHAIN, method("proceed", 1), OkHttpAdvice.Head.class)
        .weave(CHAIN, method("proceed", 3).whereItExists(), OkHttpAdvice.Head.class)
        .weave(HTTP + "CallServerInterceptor", method("intercept", 1), OkHttpAdvice.Early.class)
        .weave(
            "okhttp3.internal.http2.Http2Connection$ReaderRunnable",
            method("goAway", 3),
            OkHttpAdvice.GoneAway.class)
        // What the library repeats by itself.
        .weave(REDIRECTS, method("recover"), OkHttpAdvice.Recover.class)
        .weave(REDIRECTS, method("followUpRequest"), OkHttpAdvice.FollowUp.class)
        .weave(ENGINE, method("cancel", 0), OkHttpAdvice.Cancel.class)
        .build();
  }
}
