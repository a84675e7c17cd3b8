// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Jetty's client of HTTP/2 where an application uses it by itself, with Jetty's HttpClient or
 * without: the one method that all ways to connect lead to, which each line has with other
 * parameters.
 */
public final class JettyHttp2ClientHooks implements Library {
  /** As {@code status} says it. */
  static final String NAME = "jetty-http2-client";

  private static final String CLIENT = "org.eclipse.jetty.http2.client.HTTP2Client";
  private static final String SSL = "org.eclipse.jetty.util.ssl.SslContextFactory";
  private static final String TRANSPORT = "org.eclipse.jetty.io.Transport";
  private static final String FACTORY = "org.eclipse.jetty.io.ClientConnectionFactory";
  private static final String ADDRESS = "java.net.SocketAddress";
  private static final String LISTENER = "org.eclipse.jetty.http2.api.Session$Listener";
  private static final String PROMISE = "org.eclipse.jetty.util.Promise";
  private static final String MAP = "java.util.Map";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(JettyClientHooks.SSL, JettyClientHooks.MAKE_SSL)
        // 9.4; null: without TLS.
        .weave(
            CLIENT,
            method("connect", SSL, "java.net.InetSocketAddress", LISTENER, PROMISE, MAP)
                .whereItExists(),
            Http2Advice.Old.class)
        // 10 to 12.0.
        .weave(
            CLIENT,
            method("connect", ADDRESS, FACTORY, LISTENER, PROMISE, MAP).whereItExists(),
            Http2Advice.ByFactory.class)
        // 12.0, from 12.0.7.
        .weave(
            CLIENT,
            method("connect", TRANSPORT, ADDRESS, FACTORY, LISTENER, PROMISE, MAP).whereItExists(),
            Http2Advice.ByTransport.class)
        // 12.1; in 12.0 it leads to the one before.
        .weave(
            CLIENT,
            method("connect", TRANSPORT, SSL + "$Client", ADDRESS, LISTENER, PROMISE, MAP)
                .whereItExists(),
            Http2Advice.ByTls.class)
        .build();
  }
}
