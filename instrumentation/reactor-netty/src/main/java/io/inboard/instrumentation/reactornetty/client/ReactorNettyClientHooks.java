// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.util.List;

/** reactor-netty's HTTP client, in the order in which a call meets the hooks. */
public final class ReactorNettyClientHooks implements Library {
  static final String NAME = "reactor-netty-client";

  private static final String P = Members.P;
  private static final String POOLS = "reactor.netty.resources.PooledConnectionProvider";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(Members.HANDLES)
        .relyingOn("io.netty.handler.ssl.SslHandler", method("<init>", "javax.net.ssl.SSLEngine"))
        // A subscription: its attempts, each a subscription of its own.
        .weave(
            P + "HttpClientConnect$MonoHttpConnect",
            method("subscribe", "reactor.core.CoreSubscriber"),
            ClientAdvice.Subscribe.class)
        .weave(Members.HANDLER, method("<init>", 1), ClientAdvice.Handle.class)
        .weave(Members.HANDLER, method("test", 1), ClientAdvice.Repeat.class)
        // Where it goes: the pool of an endpoint, and a connection there.
        .weave(Members.HANDLER, method("get", 0), ClientAdvice.Address.class)
        .weave(POOLS, method("poolFactory", 1), ClientAdvice.PoolOf.class)
        .weave(POOLS + "$PoolKey", method("equals", 1), ClientAdvice.SamePool.class)
        .weave(
            P + "HttpClientConfig$HttpClientChannelInitializer",
            method("onChannelInit", 3),
            ClientAdvice.Connect.class)
        // The request.
        .weave(Members.HANDLER, method("requestWithBody", 1), ClientAdvice.Carry.class)
        .weave(
            Members.OPERATIONS,
            method("send", "org.reactivestreams.Publisher"),
            ClientAdvice.Body.class)
        .weave(Members.OPERATIONS, method("beforeMarkSentHeaders", 0), ClientAdvice.Head.class)
        // The response.
        .weave(Members.OPERATIONS, method("onInboundNext", 2), ClientAdvice.Read.class)
        .weave(
            // The second where WebSockets go over HTTP/2, too.
            List.of(P + "WebsocketClientOperations", P + "Http2WebsocketClientOperations"),
            method("onInboundNext", 2),
            ClientAdvice.ReadByWebSocket.class)
        .weave(Members.OPERATIONS, method("onInboundCancel", 0), ClientAdvice.Cancel.class)
        .weave(
            P + "HttpClientConnect$HttpObserver",
            method("onStateChange", 2),
            ClientAdvice.State.class)
        .build();
  }
}
