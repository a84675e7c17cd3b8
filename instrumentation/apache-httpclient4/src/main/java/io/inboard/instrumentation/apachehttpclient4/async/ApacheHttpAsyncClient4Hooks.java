// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** Apache HttpAsyncClient 4.1, in the order in which a call meets the hooks. */
public final class ApacheHttpAsyncClient4Hooks implements Library {
  static final String NAME = "apache-httpasyncclient4";

  private static final String IMPL = "org.apache.http.impl.nio.";
  private static final String HANDLER = IMPL + "client.AbstractClientExchangeHandler";
  private static final String POOL = "org.apache.http.nio.pool.AbstractNIOConnPool";
  private static final String ROUTE = "org.apache.http.conn.routing.HttpRoute";
  private static final String REACTOR = IMPL + "reactor.DefaultConnectingIOReactor";
  private static final String WORKER = IMPL + "reactor.AbstractIOReactor";
  private static final String RESOLVER =
      IMPL + "conn.PoolingNHttpClientConnectionManager$InternalAddressResolver";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        // Since HttpCore 4.4.12 inside a privileged action of its own, an anonymous class.
        .openingSockets(REACTOR, REACTOR + "$1")
        .relyingOn(Members.HANDLES)
        // For ConnectionProbe, which does without if need be.
        .opening("java.base", "sun.nio.ch")
        // A hop: the library's handler wants a connection for the request that it has prepared.
        .weave(HANDLER, method("requestConnection", 0), AsyncAdvice.Connection.class)
        .weave(HANDLER, method("cancel", 0), AsyncAdvice.Cancel.class)
        // Of a connection that is made for an attempt.
        .weave(POOL, method("getMax", 1), AsyncAdvice.Max.class)
        .weave(RESOLVER, method("resolveRemoteAddress", ROUTE), AsyncAdvice.Resolve.class)
        .weave(REACTOR, method("connect", 4), AsyncAdvice.Connect.class)
        .weave(WORKER, method("processNewChannels", 0), AsyncAdvice.NewChannels.class)
        .build();
  }
}
