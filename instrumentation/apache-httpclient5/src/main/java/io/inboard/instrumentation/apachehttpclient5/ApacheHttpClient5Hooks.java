// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** Apache HttpClient 5, classic, in the order in which a call meets the hooks. */
public final class ApacheHttpClient5Hooks implements Library {
  static final String NAME = "apache-httpclient5";

  private static final String CLASSIC = "org.apache.hc.client5.http.impl.classic.";
  private static final String RUNTIME = CLASSIC + "InternalExecRuntime";
  private static final String OPERATOR =
      "org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator";
  private static final String POOL =
      "org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager";
  private static final String CONNECTION =
      "org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .openingSockets(
            OPERATOR,
            "org.apache.hc.client5.http.socket.PlainConnectionSocketFactory",
            "org.apache.hc.client5.http.socket.PlainConnectionSocketFactory$1",
            "org.apache.hc.client5.http.ssl.SSLConnectionSocketFactory",
            "org.apache.hc.client5.http.ssl.SSLConnectionSocketFactory$1")
        .opening("java.base", "java.net", "sun.nio.ch")
        .relyingOn(Members.HANDLES)
        .weaveConstruction(
            CLASSIC + "HttpClientBuilder", method("build", 0), ClassicAdvice.Strategy.class)
        // What the library repeats by itself; and a hop, below cookies and challenges.
        .weave(CLASSIC + "HttpRequestRetryExec", method("execute", 3), ClassicAdvice.Retry.class)
        .weave(CLASSIC + "ConnectExec", method("execute", 3), ClassicAdvice.Hop.class)
        .weave(CLASSIC + "MinimalHttpClient", method("doExecute", 3), ClassicAdvice.Minimal.class)
        // Inside an attempt.
        .weave(RUNTIME, method("acquireEndpoint", 4), ClassicAdvice.Acquire.class)
        .weave(POOL, method("lease", 4), ClassicAdvice.Leasing.class)
        .weave(POOL, method("resolveSocketConfig", 1).whereItExists(), ClassicAdvice.Resolve.class)
        .weave(
            POOL, method("resolveConnectionConfig", 1).whereItExists(), ClassicAdvice.Resolve.class)
        .weave(POOL, method("resolveTlsConfig", 1).whereItExists(), ClassicAdvice.ResolveTls.class)
        .weave(POOL, method("setMaxPerRoute", 2), ClassicAdvice.Limited.class)
        .weave(POOL, method("setDefaultMaxPerRoute", 1), ClassicAdvice.Limited.class)
        .weave(OPERATOR, method("connect", 6), ClassicAdvice.Connect.class)
        .weave(OPERATOR, method("connect", 7).whereItExists(), ClassicAdvice.Connect7.class)
        .weave(OPERATOR, method("connect", 8).whereItExists(), ClassicAdvice.Connect8.class)
        .weave(OPERATOR, method("connect", 9).whereItExists(), ClassicAdvice.Connect9.class)
        .weave(CONNECTION, method("sendRequestHeader", 1), ClassicAdvice.SendHead.class)
        // Its connection serves others from here on, or nobody.
        .weave(RUNTIME, method("releaseEndpoint", 0), ClassicAdvice.Release.class)
        .weave(RUNTIME, method("discardEndpoint", 0), ClassicAdvice.Release.class)
        .weave(RUNTIME, method("cancel", 0), ClassicAdvice.Cancel.class)
        // What an application sends past the client, through a proxy.
        .weave(
            CLASSIC + "ProxyClient",
            method("tunnel", 3).whereItExists(),
            ClassicAdvice.Tunnel.class)
        .build();
  }
}
