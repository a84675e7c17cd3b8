// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import static io.inboard.weave.Member.constructor;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Member;
import io.inboard.weave.Unit;
import java.util.List;

/** One request of Vert.x's client, in the order in which it meets the hooks. */
public final class VertxClientHooks implements Library {
  static final String NAME = "vertx-client";

  /** Of 4.5 and 5.0, and since 5.1. */
  private static final List<String> CONNECTORS = List.of(Members.TRANSPORT, Members.CONNECTOR);

  private static final List<String> WEB_SOCKETS = List.of(Members.WEB_SOCKETS);
  private static final Member.Method ASK = method("request", "io.vertx.core.http.RequestOptions");

  private static final Member.Method ASK_WITH_HANDLER =
      method("request", "io.vertx.core.http.RequestOptions", "io.vertx.core.Handler");

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(Members.HANDLES)
        .relyingOn("io.netty.handler.ssl.SslHandler", method("<init>", "javax.net.ssl.SSLEngine"))
        // The application asks for a request: the attempts of a call, each a request of its own.
        .weave(Members.CLIENT, ASK, ClientAdvice.Ask.class)
        .weave(Members.CLIENT, ASK_WITH_HANDLER.whereItExists(), ClientAdvice.AskWithHandler.class)
        // A connection, to an endpoint's address, which the library's pools know it by.
        .weave(WEB_SOCKETS, constructor(), ClientAdvice.OpenWebSockets.class)
        .weave(List.of(Members.PROVIDER), method("handleConnect"), ClientAdvice.Connect.class)
        .weave(CONNECTORS, method("wrap", 2).whereItExists(), ClientAdvice.Wrap.class)
        .weave(CONNECTORS, method("wrap", 6).whereItExists(), ClientAdvice.WrapByTransport.class)
        .weave(Members.CONNECTION, method("isSsl", 0), ClientAdvice.Secured.class)
        // A part of the request is written, with the first one its head.
        .weave(Members.REQUEST, method("doWrite"), ClientAdvice.Write.class)
        // The response's head, before the application or a redirect sees it.
        .weave(Members.BASE, method("handleResponse", 1), ClientAdvice.Respond.class)
        // What has become of it in place of a response.
        .weave(Members.REQUEST, method("handleException", Throwable.class), ClientAdvice.Fail.class)
        // The application, or a timeout of its own, gives it up.
        .weave(
            Members.BASE,
            method("reset", Throwable.class).whereItExists(),
            ClientAdvice.Reset.class)
        .weave(
            Members.BASE,
            method("cancel", Throwable.class).whereItExists(),
            ClientAdvice.Reset.class)
        .weave(
            Members.BASE,
            method("reset", long.class, Throwable.class),
            ClientAdvice.ResetWithCode.class)
        // The response, to its end.
        .weave(Members.RESPONSE, method("handleChunk", 1), ClientAdvice.Read.class)
        .weave(Members.RESPONSE, method("pause", 0), ClientAdvice.Pause.class)
        .weave(Members.RESPONSE, method("handleEnd", 1).whereItExists(), ClientAdvice.End.class)
        .weave(
            Members.RESPONSE, method("handleTrailers", 1).whereItExists(), ClientAdvice.End.class)
        .build();
  }
}
