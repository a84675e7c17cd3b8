// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Apache HttpClient 5, async, HTTP/2 only and minimal ones, too, in the order in which a call meets
 * the hooks.
 */
public final class ApacheHttpClient5AsyncHooks implements Library {
  static final String NAME = "apache-httpclient5-async";

  private static final String ASYNC = "org.apache.hc.client5.http.impl.async.";
  private static final String NIO = "org.apache.hc.client5.http.impl.nio.";
  private static final String POOL = NIO + "PoolingAsyncClientConnectionManager";
  private static final String H2_RUNTIME = ASYNC + "InternalH2AsyncExecRuntime";
  private static final String H2_POOL = ASYNC + "InternalH2ConnPool";
  private static final String REACTOR = "org.apache.hc.core5.reactor.SingleCoreIOReactor";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .openingSockets(REACTOR, REACTOR + "$1", REACTOR + "$2")
        // For ConnectionProbe, which does without if need be.
        .opening("java.base", "sun.nio.ch")
        .relyingOn(AsyncMembers.HANDLES)
        // What the library repeats by itself; and a hop, below cookies and challenges.
        .weaveConstruction(
            ASYNC + "HttpAsyncClientBuilder", method("build", 0), AsyncAdvice.Strategy.class)
        .weaveConstruction(
            ASYNC + "H2AsyncClientBuilder", method("build", 0), AsyncAdvice.Strategy.class)
        .weave(ASYNC + "AsyncHttpRequestRetryExec", method("execute", 5), AsyncAdvice.Retry.class)
        .weave(ASYNC + "AsyncConnectExec", method("execute", 5), AsyncAdvice.Hop.class)
        .weave(ASYNC + "MinimalHttpAsyncClient", method("execute", 3), AsyncAdvice.Minimal.class)
        .weave(ASYNC + "MinimalH2AsyncClient", method("execute", 3), AsyncAdvice.MinimalH2.class)
        // Inside an attempt: the pool, asked for the endpoint's route.
        .weave(POOL, method("lease", 5), AsyncAdvice.Lease.class)
        .weave(POOL, method("connect", 6), AsyncAdvice.Connect.class)
        .weave(POOL, method("upgrade", 4).whereItExists(), AsyncAdvice.Upgrade.class)
        .weave(
            POOL, method("resolveConnectionConfig", 1).whereItExists(), AsyncAdvice.Resolve.class)
        .weave(POOL, method("resolveTlsConfig", 1).whereItExists(), AsyncAdvice.ResolveTls.class)
        .weave(POOL, method("setMaxPerRoute", 2), AsyncAdvice.Limited.class)
        .weave(POOL, method("setDefaultMaxPerRoute", 1), AsyncAdvice.Limited.class)
        .weave(H2_RUNTIME, method("acquireEndpoint", 5), AsyncAdvice.AcquireH2.class)
        .weave(H2_RUNTIME, method("connectEndpoint", 2), AsyncAdvice.ConnectH2.class)
        .weave(H2_POOL, method("getSession", 3).whereItExists(), AsyncAdvice.GetSession.class)
        // The endpoint's address and TLS.
        .weave(NIO + "MultihomeIOSessionRequester", method("connect", 7), AsyncAdvice.Open.class)
        // What is not the client's, and connects by the same reactor.
        .weave(REACTOR, method("connect", 6), AsyncAdvice.Reach.class)
        // The attempt's headers, over the right connection or not.
        .weave(
            POOL + "$InternalConnectionEndpoint", method("execute", 4), AsyncAdvice.Execute.class)
        .weave(H2_RUNTIME, method("execute", 3), AsyncAdvice.ExecuteH2.class)
        .build();
  }
}
