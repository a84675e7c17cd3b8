// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.weave.Advice;
import java.net.SocketAddress;
import java.util.Map;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.util.Promise;

/**
 * One nested class for each line of {@link JettyHttp2ClientHooks}: on the application's thread,
 * whether {@link OwnSession} opens the session, or refuses it.
 */
final class Http2Advice {
  private Http2Advice() {}

  /** {@code HTTP2Client#connect} of 9.4, whose connections cannot be secured one by one. */
  static final class Old {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.Argument(0) Object tls,
        @Advice.Argument(1) SocketAddress address,
        @Advice.Argument(3) Promise<Object> promise,
        @Advice.Argument(4) Map<String, Object> context) {
      return tls == null && OwnSession.isOwn(context) && OwnSession.refuses(null, address, promise);
    }

    static boolean enter(
        Throwable mistake,
        Object tls,
        SocketAddress address,
        Promise<Object> promise,
        Map<String, Object> context) {
      return tls == null
          && OwnSession.isOwn(context)
          && OwnSession.refuses(mistake, address, promise);
    }
  }

  /** {@code HTTP2Client#connect} of 10 to 12.0, by what makes connections. */
  static final class ByFactory {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.This HTTP2Client client,
        @Advice.Argument(0) SocketAddress address,
        @Advice.Argument(1) ClientConnectionFactory factory,
        @Advice.Argument(2) Session.Listener listener,
        @Advice.Argument(3) Promise<Object> promise,
        @Advice.Argument(4) Map<String, Object> context) {
      return OwnSession.isOwn(context)
          && OwnSession.isPlain(factory)
          && OwnSession.takes(client, address, promise, Dial.by(client, listener, context));
    }

    static boolean enter(
        Throwable mistake,
        HTTP2Client client,
        SocketAddress address,
        ClientConnectionFactory factory,
        Session.Listener listener,
        Promise<Object> promise,
        Map<String, Object> context) {
      return OwnSession.isOwn(context)
          && OwnSession.isPlain(factory)
          && OwnSession.refuses(mistake, address, promise);
    }
  }

  /** {@code HTTP2Client#connect} of 12.0, by a transport, which need not be TCP. */
  static final class ByTransport {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.This HTTP2Client client,
        @Advice.Argument(0) Transport transport,
        @Advice.Argument(1) SocketAddress address,
        @Advice.Argument(2) ClientConnectionFactory factory,
        @Advice.Argument(3) Session.Listener listener,
        @Advice.Argument(4) Promise<Object> promise,
        @Advice.Argument(5) Map<String, Object> context) {
      return OwnSession.isOwn(context)
          && OwnSession.isPlain(factory)
          && OwnSession.takes(
              client, address, promise, Dial.by(client, transport, listener, context));
    }

    static boolean enter(
        Throwable mistake,
        HTTP2Client client,
        Transport transport,
        SocketAddress address,
        ClientConnectionFactory factory,
        Session.Listener listener,
        Promise<Object> promise,
        Map<String, Object> context) {
      return OwnSession.isOwn(context)
          && OwnSession.isPlain(factory)
          && OwnSession.refuses(mistake, address, promise);
    }
  }

  /** {@code HTTP2Client#connect} of 12.1, with TLS of the application's own or without. */
  static final class ByTls {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.This HTTP2Client client,
        @Advice.Argument(0) Transport transport,
        @Advice.Argument(1) Object tls,
        @Advice.Argument(2) SocketAddress address,
        @Advice.Argument(3) Session.Listener listener,
        @Advice.Argument(4) Promise<Object> promise,
        @Advice.Argument(5) Map<String, Object> context) {
      return tls == null
          && OwnSession.isOwn(context)
          && Dial.isByContext(context)
          && OwnSession.takes(
              client, address, promise, Dial.byContext(client, transport, listener, context));
    }

    static boolean enter(
        Throwable mistake,
        HTTP2Client client,
        Transport transport,
        Object tls,
        SocketAddress address,
        Session.Listener listener,
        Promise<Object> promise,
        Map<String, Object> context) {
      return tls == null
          && OwnSession.isOwn(context)
          && OwnSession.refuses(mistake, address, promise);
    }
  }
}
