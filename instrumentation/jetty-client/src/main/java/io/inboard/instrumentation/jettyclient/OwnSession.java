// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Directed;
import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/**
 * A session that an application opens by an {@code HTTP2Client}, without TLS of its own. Since 10;
 * before, it may only be refused.
 */
final class OwnSession extends OwnConnection {
  /** What makes connections without TLS. */
  private static final String PLAIN = "org.eclipse.jetty.http2.client.HTTP2ClientConnectionFactory";

  private final HTTP2Client client;
  private final InetSocketAddress asked;
  private final Promise<Object> promise;
  private final Dial dial;

  private OwnSession(
      Call call, HTTP2Client client, InetSocketAddress asked, Promise<Object> promise, Dial dial) {
    super(call);
    this.client = client;
    this.asked = asked;
    this.promise = promise;
    this.dial = dial;
  }

  /**
   * Whether no HttpClient connects by it.
   *
   * @param context null: none
   */
  static boolean isOwn(Map<String, Object> context) {
    return context == null || Members.DESTINATION_KEYS.stream().noneMatch(context::containsKey);
  }

  /** Whether what makes a connection gives it no TLS of the application's own. */
  static boolean isPlain(ClientConnectionFactory factory) {
    return factory.getClass().getName().equals(PLAIN);
  }

  /**
   * {@code HTTP2Client#connect}.
   *
   * @return whether it is connected, or refused, here
   */
  static boolean takes(
      HTTP2Client client, SocketAddress address, Promise<Object> promise, Dial dial) {
    if (!(address instanceof InetSocketAddress to) || address instanceof Directed) {
      return false;
    }
    Optional<Call> call =
        call(opening(to.getHostString(), to))
            .or(() -> to.isUnresolved() ? Optional.empty() : call(opening(ip(to), to)));
    return (call.isPresent() && new OwnSession(call.get(), client, to, promise, dial).start())
        || refuses(null, address, promise);
  }

  /** Whether it must not go out in the clear, and is told so. */
  static boolean refuses(Throwable mistake, SocketAddress address, Promise<Object> promise) {
    if (!(address instanceof InetSocketAddress to) || address instanceof Directed) {
      return false;
    }
    Optional<SSLException> refusal =
        refusal(to.getHostString(), to, mistake)
            .or(() -> to.isUnresolved() ? Optional.empty() : refusal(ip(to), to, mistake));
    refusal.ifPresent(promise::failed);
    return refusal.isPresent();
  }

  private static Opening opening(String host, InetSocketAddress to) {
    return new Opening(JettyHttp2ClientHooks.NAME, host, to.getPort());
  }

  private static Optional<SSLException> refusal(
      String host, InetSocketAddress to, Throwable mistake) {
    return Refusals.failClosed(JettyHttp2ClientHooks.NAME, "http", host, to.getPort(), mistake);
  }

  /** Whatever it was resolved from: it may be an endpoint. */
  private static String ip(InetSocketAddress resolved) {
    return resolved.getAddress().getHostAddress();
  }

  @Override
  void open(Attempt attempt, Optional<Endpoint> endpoint) {
    InetSocketAddress to = endpoint.map(Endpoint::address).orElse(asked);
    if (to.isUnresolved()) {
      failed(attempt, new UnknownHostException(to.getHostString()));
      return;
    }
    Secured secured =
        endpoint.flatMap(Endpoint::tls).map(plan -> new Secured(client, plan, to)).orElse(null);
    dial.to(
        new Target(to),
        secured == null ? Dial.plain() : secured,
        new Promise<Session>() {
          @Override
          public void succeeded(Session session) {
            opened(session);
          }

          @Override
          public void failed(Throwable why) {
            OwnSession.this.failed(attempt, secured == null ? why : secured.cause(why));
          }
        });
  }

  @Override
  void give(Object session) {
    promise.succeeded(session);
  }

  @Override
  void drop(Object session) {
    ((Session) session).close(0, "", Callback.NOOP);
  }

  @Override
  void tell(Throwable why) {
    promise.failed(why);
  }

  @Override
  Executor executor() {
    return client.getExecutor();
  }

  /** Makes a connection of HTTP/2 above our TLS. */
  private static final class Secured implements ClientConnectionFactory {
    private final HTTP2Client client;
    private final TlsPlan plan;
    private final InetSocketAddress endpoint;

    /** Null before there is one. */
    private volatile SecuredConnection made;

    Secured(HTTP2Client client, TlsPlan plan, InetSocketAddress endpoint) {
      this.client = client;
      this.plan = plan;
      this.endpoint = endpoint;
    }

    @Override
    public Connection newConnection(EndPoint endPoint, Map<String, Object> context)
        throws IOException {
      List<String> protocols = List.of("h2");
      SSLEngine engine = plan.engine(endpoint, protocols);
      SecuredConnection secured =
          SecuredConnection.of(
              client.getByteBufferPool(), client.getExecutor(), endPoint, engine, plan, protocols);
      made = secured;
      EndPoint decrypted = secured.decrypted();
      decrypted.setConnection(Dial.plain().newConnection(decrypted, context));
      return secured;
    }

    /** What ended the handshake, where Jetty tells of the connection's end alone. */
    Throwable cause(Throwable why) {
      SecuredConnection secured = made;
      return secured == null || secured.failure() == null ? why : secured.failure();
    }
  }

  /** An endpoint as an address to connect to: the mesh has taken care of it. */
  private static final class Target extends InetSocketAddress implements Directed {
    private static final long serialVersionUID = 1L;

    Target(InetSocketAddress resolved) {
      super(resolved.getAddress(), resolved.getPort());
    }
  }
}
