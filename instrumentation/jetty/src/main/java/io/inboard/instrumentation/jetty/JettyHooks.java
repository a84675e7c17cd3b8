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
  private static final String CHANNEL = "org.eclipse.jetty.server.HttpChannel";
  private static final String STATE = "org.eclipse.jetty.server.internal.HttpChannelState";
  private static final String REQUEST = "org.eclipse.jetty.server.Request";

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
                "boolean"))
        .relyingOn(JettyMembers.HANDLES)
        .relyingOn(ChannelMembers.HANDLES)
        .otherwise(CONNECTOR, method("open", 0), StartAdvice.OpenUnfit.class)

        // A connection is accepted: its endpoint, from whose first byte on a request may wait, and
        // what reads that.
        .weave(CONNECTOR, method("newEndPoint", 3), ConnectionAdvice.NewEndPoint.class)
        .weave(
            CONNECTOR + "$ServerConnectorManager",
            method("newConnection"),
            ConnectionAdvice.Accept.class)

        // Jetty 12: a request, from its head to the moment when its objects are used again.
        .weave(
            "org.eclipse.jetty.server.internal.HttpConnection$HttpStreamOverHTTP1",
            method("<init>", 4).whereItExists(),
            SilentHead.Target.class)
        .weave(STATE, method("onRequest", 1).whereItExists(), SilentHead.Arrive.class)
        .weave(
            STATE + "$HandlerInvoker",
            method("run", 0).whereItExists(),
            OverriddenAdvice.Run12.class)
        .weave(
            "org.eclipse.jetty.server.HttpConfiguration",
            method("getCustomizers", 0),
            OverriddenAdvice.Customizers.class)
        .weave(SERVER, method("handle", 3).whereItExists(), HandlerAdvice.Wrap.class)
        .weave(SERVER, method("handle", 3).whereItExists(), HandlerAdvice.Admit.class)
        .weave(STREAM, method("send").whereItExists(), StreamAdvice.Send.class)
        .weave(STREAM, method("send").whereItExists(), StreamAdvice.Last.class)
        .weave(STREAM, method("succeeded").whereItExists(), StreamAdvice.Succeeded.class)
        .weave(STREAM, method("failed").whereItExists(), StreamAdvice.Failed.class)

        // The servlets above 12, of which there may be one line or several.
        .weave(
            "org.eclipse.jetty.ee11.servlet.ServletChannel",
            method("handle").whereItExists(),
            ServletAdvice.Channel11.class)
        .weave(
            "org.eclipse.jetty.ee10.servlet.ServletChannel",
            method("handle").whereItExists(),
            ServletAdvice.Channel10.class)
        .weave(
            "org.eclipse.jetty.ee9.nested.HttpChannel",
            method("handle", 0).whereItExists(),
            NestedAdvice.Channel9.class)
        .weave(
            "org.eclipse.jetty.ee9.servlet.ServletHolder",
            method("handle", 3).whereItExists(),
            NestedAdvice.Servlet9.class)
        .weave(
            "org.eclipse.jetty.ee8.nested.HttpChannel",
            method("handle", 0).whereItExists(),
            NestedAdvice.Channel8.class)
        .weave(
            "org.eclipse.jetty.ee8.servlet.ServletHolder",
            method("handle", 3).whereItExists(),
            NestedAdvice.Servlet8.class)

        // Jetty 9.4 to 11: the same. Members that must be there are in ChannelMembers.
        .weave(
            "org.eclipse.jetty.server.SecureRequestCustomizer",
            method("customize", 3).whereItExists(),
            ChannelAdvice.Secure.class)
        .weave(CHANNEL, method("onRequest", 1).whereItExists(), ChannelAdvice.Arrive.class)
        .weave(CHANNEL, method("handle", 0).whereItExists(), OverriddenAdvice.Run9.class)
        .weave(CHANNEL, method("handle", 0).whereItExists(), ChannelAdvice.Again.class)
        .weave(SERVER, method("handle", CHANNEL).whereItExists(), ChannelAdvice.Admit.class)
        .weave(SERVER, method("handleAsync", CHANNEL).whereItExists(), ChannelAdvice.Dispatch.class)
        .weave(
            "org.eclipse.jetty.servlet.ServletHolder",
            method("handle", 3).whereItExists(),
            ChannelAdvice.Servlet.class)
        .weave(REQUEST, method("setAttribute", 2).whereItExists(), ChannelAdvice.Attribute.class)
        .weave(REQUEST, method("getTrailers", 0).whereItExists(), ChannelAdvice.Trailers9.class)
        .weave(
            REQUEST, method("getTrailerFields", 0).whereItExists(), ChannelAdvice.Trailers10.class)
        .weave(
            "org.eclipse.jetty.server.Response",
            method("newResponseMetaData", 0).whereItExists(),
            ChannelAdvice.Respond.class)
        .weave(CHANNEL, method("sendResponse", 4).whereItExists(), ChannelAdvice.Send.class)
        .weave(CHANNEL, method("abort", 1).whereItExists(), ChannelAdvice.Abort.class)
        .weave(CHANNEL, method("onCompleted", 0).whereItExists(), ChannelAdvice.Completed.class)
        .build();
  }
}
