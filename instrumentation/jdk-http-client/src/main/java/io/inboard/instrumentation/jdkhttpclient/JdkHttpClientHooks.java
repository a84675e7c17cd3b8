// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * java.net.http.HttpClient of JDK 17 to 27; absent from a runtime image without the module {@code
 * java.net.http}, where no class of it is ever loaded.
 */
public final class JdkHttpClientHooks implements Library {
  static final String NAME = "jdk-http-client";

  private static final String P = JdkMembers.P;
  private static final String REQUEST = JdkMembers.REQUEST;
  private static final String CONNECTION = JdkMembers.CONNECTION;
  private static final String TLS_CONNECTION = JdkMembers.TLS_CONNECTION;

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .openingSockets(P + "PlainHttpConnection")
        .opening(
            "java.net.http",
            "jdk.internal.net.http",
            "jdk.internal.net.http.common",
            "jdk.internal.net.http.frame")
        // For ConnectionProbe, which does without if need be.
        .opening("java.base", "sun.nio.ch")
        // The conversation: the caller's context, cancellation, the JDK's own retry.
        .weave(
            P + "MultiExchange",
            method("responseAsync", "java.util.concurrent.Executor"),
            JdkHttpClientAdvice.Converse.class)
        .weave(P + "MultiExchange", method("cancel", "boolean"), JdkHttpClientAdvice.Cancel.class)
        .weave(
            P + "MultiExchange",
            method("cancel", "java.io.IOException"),
            JdkHttpClientAdvice.Abort.class)
        // To 25, and since 26.
        .weave(
            P + "MultiExchange",
            method("retryOnFailure").whereItExists(),
            JdkHttpClientAdvice.Repeat.class)
        .weave(
            P + "MultiExchange",
            method("checkRetryEligible").whereItExists(),
            JdkHttpClientAdvice.Retry.class)
        // A hop: the attempts.
        .weave(P + "Exchange", method("responseAsync", 0), JdkHttpClientAdvice.Respond.class)
        .weave(P + "Exchange", method("version", 0), JdkHttpClientAdvice.Version.class)
        // An attempt: where to, how secured, with which headers.
        .weave(REQUEST, method("getAddress"), JdkHttpClientAdvice.Address.class)
        .weave(REQUEST, method("secure"), JdkHttpClientAdvice.Secure.class)
        .weave(REQUEST, method("getUserHeaders"), JdkHttpClientAdvice.UserHeaders.class)
        .weave(P + "Http1Request", method("hostString"), JdkHttpClientAdvice.HostHeader.class)
        .weave(
            P + "Http1Request",
            method("collectHeaders0", "java.lang.StringBuilder").whereItExists(),
            JdkHttpClientAdvice.Head.class)
        // Its connection: from a pool that tells endpoints apart, or a new one.
        .weave(P + "ConnectionPool$CacheKey", method("equals"), JdkHttpClientAdvice.PoolKey.class)
        .weave(
            P + "Http2Connection",
            method("keyFor", REQUEST),
            JdkHttpClientAdvice.StreamKeyOfRequest.class)
        .weave(
            P + "Http2Connection",
            method("keyFor", CONNECTION),
            JdkHttpClientAdvice.StreamKeyOfConnection.class)
        .weave(CONNECTION, method("getConnection"), JdkHttpClientAdvice.OpenConnection.class)
        .weave(TLS_CONNECTION, method("createEngine", 4), JdkHttpClientAdvice.Engine.class)
        .weave(
            TLS_CONNECTION,
            method("formSNIServerNames").whereItExists(),
            JdkHttpClientAdvice.ServerNames.class)
        .weave(P + "Exchange", method("remainingConnectTimeout"), JdkHttpClientAdvice.Connect.class)
        .weave(
            P + "AsyncSSLConnection", method("finishConnect"), JdkHttpClientAdvice.Handshake.class)
        .weave(P + "Http1Exchange", method("getOutgoing", 0), JdkHttpClientAdvice.Write.class)
        // The response, or none.
        .weave(P + "Http2Connection", method("handleGoAway", 1), JdkHttpClientAdvice.GoAway.class)
        .weave(P + "Exchange", method("readBodyAsync", 1), JdkHttpClientAdvice.ReadBody.class)
        .weave(P + "Exchange", method("nullBody", 2), JdkHttpClientAdvice.NoBody.class)
        .weave(P + "HttpResponseImpl", method("sslSession"), JdkHttpClientAdvice.Session.class)
        .relyingOn(JdkMembers.HANDLES)
        // What advice reads.
        .relyingOn(P + "Http1Request", field("request"))
        .relyingOn(P + "HttpResponseImpl", field("uri"))
        .build();
  }
}
