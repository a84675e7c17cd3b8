// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Member;
import io.inboard.weave.Unit;
import java.util.List;

/** Jetty's HTTP client, in the order in which a call meets the hooks. */
public final class JettyClientHooks implements Library {
  static final String NAME = "jetty-client";

  private static final String P = Members.P;
  private static final String T = Members.T;
  private static final String NOTIFIER = P + "ResponseNotifier";
  private static final String LIST = "java.util.List";
  private static final String CONNECTOR = "org.eclipse.jetty.io.ClientConnector";
  private static final String RESPONSE = P + "api.Response";

  /** What SecuredConnection extends. */
  static final String SSL = "org.eclipse.jetty.io.ssl.SslConnection";

  static final Member.Method MAKE_SSL =
      method(
          "<init>",
          "org.eclipse.jetty.io.ByteBufferPool",
          "java.util.concurrent.Executor",
          "org.eclipse.jetty.io.EndPoint",
          "javax.net.ssl.SSLEngine",
          "boolean",
          "boolean");

  /** In 12, and before. */
  private static final List<String> HTTP1 =
      List.of(T + "internal.HttpConnectionOverHTTP", P + "http.HttpConnectionOverHTTP");

  /** Of a module that an application need not have. */
  private static final List<String> HTTP2 = http2("HttpConnectionOverHTTP2");

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        // Jetty's servers have jetty-io, and its ClientConnector, without the client.
        .whereThereIs(P + "HttpClient")
        .openingSockets(CONNECTOR, P + "AbstractConnectorHttpClientTransport")
        // For ConnectionProbe, which does without if need be.
        .opening("java.base", "sun.nio.ch")
        .relyingOn(Members.HANDLES)
        .relyingOn("org.eclipse.jetty.io.ClientConnectionFactory$Decorator")
        .relyingOn(SSL, MAKE_SSL)
        // A hop: its attempts, each an exchange of its own.
        .weave(
            T + "HttpDestination",
            method("send", T + "HttpExchange").whereItExists(),
            ClientAdvice.Send.class)
        .weave(
            P + "HttpDestination",
            method("send", P + "HttpExchange").whereItExists(),
            ClientAdvice.Send.class)
        .weave(
            either("HttpConversation"),
            method("updateResponseListeners", 1),
            ClientAdvice.Listen.class)
        // An attempt's connection: none through a proxy, none in plaintext where TLS is due; kept
        // until it ends, by which Jetty aborts requests, too.
        .weave(P + "ProxyConfiguration", method("match", 1), ClientAdvice.Proxy.class)
        .weave(P + "HttpClient", method("newConnection", 2), ClientAdvice.Connect.class)
        .weave(either("HttpDestination"), method("failed", 1), ClientAdvice.Unconnected.class)
        // What is not the client's, and connects by the same means; since 10.
        .weave(
            CONNECTOR,
            method("connect", "java.net.SocketAddress", "java.util.Map").whereItExists(),
            ClientAdvice.Reach.class)
        .weave(HTTP1, method("send", 1), ClientAdvice.Carry.class)
        .weave(HTTP2, method("send", 1).whereItExists(), ClientAdvice.Carry.class)
        // What the application sends over a connection that it has opened by itself.
        .weave(
            T + "HttpConnection",
            method("send", T + "HttpChannel", T + "HttpExchange").whereItExists(),
            ClientAdvice.OwnSend.class)
        .weave(
            P + "HttpConnection",
            method("send", P + "HttpChannel", P + "HttpExchange").whereItExists(),
            ClientAdvice.OwnSend.class)
        .weave(HTTP1, method("abort"), ClientAdvice.Lose.class)
        .weave(HTTP2, method("abort").whereItExists(), ClientAdvice.Lose.class)
        .weave(
            http2("HttpReceiverOverHTTP2"),
            method("onReset").whereItExists(),
            ClientAdvice.Reset.class)
        // Before 12: what was sent of a body in 9.4, and what is about to be sent since 10.
        .weave(
            P + "HttpSender",
            method("someToContent", 2).whereItExists(),
            ClientAdvice.SomeContent.class)
        .weave(
            P + "HttpSender$ContentConsumer",
            method("onContent", 3).whereItExists(),
            ClientAdvice.NextContent.class)
        // An application gets back the body that it gave, not what stands in for it.
        .weave(either("HttpRequest"), method("getBody", 0).whereItExists(), ClientAdvice.Body.class)
        .weave(P + "HttpRequest", method("getContent", 0).whereItExists(), ClientAdvice.Body.class)
        // The application gives up, or its time is up.
        .weave(
            T + "HttpRequest",
            method("abort", "java.lang.Throwable").whereItExists(),
            ClientAdvice.Abort.class)
        .weave(
            P + "HttpRequest",
            method("abort", "java.lang.Throwable").whereItExists(),
            ClientAdvice.OldAbort.class)
        // Before 12: what listeners are told.
        .weave(
            NOTIFIER,
            method("notifyBegin", LIST, RESPONSE).whereItExists(),
            ClientAdvice.Begins.class)
        .weave(
            NOTIFIER,
            method("notifyHeader", LIST, RESPONSE, "org.eclipse.jetty.http.HttpField")
                .whereItExists(),
            ClientAdvice.HasField.class)
        .weave(
            NOTIFIER,
            method("notifyHeaders", LIST, RESPONSE).whereItExists(),
            ClientAdvice.HasHead.class)
        .weave(
            NOTIFIER,
            method("notifySuccess", LIST, RESPONSE).whereItExists(),
            ClientAdvice.Ends.class)
        .weave(
            NOTIFIER,
            method("notifyFailure", LIST, RESPONSE, "java.lang.Throwable").whereItExists(),
            ClientAdvice.Ends.class)
        .weave(
            NOTIFIER,
            method("notifyComplete", LIST, P + "api.Result").whereItExists(),
            ClientAdvice.IsComplete.class)
        .build();
  }

  private static List<String> either(String name) {
    return List.of(T + name, P + name);
  }

  private static List<String> http2(String name) {
    String p = "org.eclipse.jetty.http2.client.";
    return List.of(p + "transport.internal." + name, p + "http." + name);
  }
}
