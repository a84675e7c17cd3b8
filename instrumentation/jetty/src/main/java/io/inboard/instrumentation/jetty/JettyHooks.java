// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** What is woven into Jetty, in the order in which a connection and its requests meet it. */
public final class JettyHooks implements Library {
  /** As {@code status} and spans say it. */
  static final String NAME = "jetty";

  private static final String CONNECTOR = "org.eclipse.jetty.server.ServerConnector";
  private static final String STREAM = "org.eclipse.jetty.server.HttpStream$Wrapper";
  private static final String SERVER = "org.eclipse.jetty.server.Server";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .openingSockets(CONNECTOR)
        // What TlsConnection extends.
        .relyingOn(
            "org.eclipse.jetty.io.ssl.SslConnection",
            method(
                "<init>",
                "org.eclipse.jetty.io.ByteBufferPool",
                "java.util.concurrent.Executor",
                "org.eclipse.jetty.io.EndPoint",
                "javax.net.ssl.SSLEngine",
                "boolean",
                "boolean"),
            method("newSslEndPoint", 0))
        .relyingOn(JettyMembers.HANDLES)
        .otherwise(CONNECTOR, method("open", 0), StartAdvice.OpenUnfit.class)

        // A connection is accepted: its endpoint, from whose first byte on a request may wait, and
        // what reads that.
        .weave(CONNECTOR, method("newEndPoint", 3), ConnectionAdvice.NewEndPoint.class)
        .weave(
            CONNECTOR + "$ServerConnectorManager",
            method("newConnection"),
            ConnectionAdvice.Accept.class)

        // A request, from its head to the moment when its objects are used again.
        .weave(SERVER, method("handle", 3), HandlerAdvice.Wrap.class)
        .weave(SERVER, method("handle", 3), HandlerAdvice.Admit.class)
        .weave(STREAM, method("send"), StreamAdvice.Send.class)
        .weave(STREAM, method("send"), StreamAdvice.Last.class)
        .weave(STREAM, method("succeeded"), StreamAdvice.Succeeded.class)
        .weave(STREAM, method("failed"), StreamAdvice.Failed.class)

        // The servlets above it, of which there may be one line or several.
        .weave(
            "org.eclipse.jetty.ee11.servlet.ServletChannel",
            method("handle").whereItExists(),
            ServletAdvice.Channel11.class)
        .weave(
            "org.eclipse.jetty.ee10.servlet.ServletChannel",
            method("handle").whereItExists(),
            ServletAdvice.Channel10.class)
        .build();
  }
}
