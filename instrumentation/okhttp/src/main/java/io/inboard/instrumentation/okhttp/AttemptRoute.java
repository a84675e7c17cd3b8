// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.WeakIdentityMap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.Address;
import okhttp3.ConnectionSpec;
import okhttp3.Dns;
import okhttp3.Protocol;
import okhttp3.Route;

/**
 * The way of one attempt, as parts of the library's {@code Address}: its sockets, which can be
 * stopped while they connect; and where there is an endpoint, the only answer of DNS, TLS, and the
 * judgement of the peer. Two are equal if they lead to the same endpoint with the same generation
 * of keys; since the library's pool compares addresses, a connection serves nobody else.
 *
 * <p>The pool keeps this object with the connection, so it lets go of everything once that is made.
 * Any thread.
 */
final class AttemptRoute extends SSLSocketFactory implements Dns, HostnameVerifier {
  /** A handshake's bound where the mesh sets none. */
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Of a handshake, whatever else the application's specs ask for. */
  private static final List<ConnectionSpec> SPECS =
      List.of(
          new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS)
              .allEnabledCipherSuites()
              .allEnabledTlsVersions()
              .build());

  /** Sockets in handshakes: what they offer is set by their plan. */
  private static final WeakIdentityMap<SSLSocket, Boolean> OURS = new WeakIdentityMap<>();

  /** Null where the library resolves the host. */
  private final Endpoint endpoint;

  /** Null for plaintext. */
  private final TlsPlan plan;

  private final Address own;
  private final List<Protocol> protocols;
  private final long connectDeadline;

  /** Guarded by this, as the next two. */
  private Socket connecting;

  private boolean stopped;
  private boolean left;

  /**
   * @param endpoint null where the library resolves the host
   * @param own as the library would have it
   * @param connectNanos bounds connect and handshake together
   */
  AttemptRoute(Endpoint endpoint, Address own, long connectNanos) {
    this.endpoint = endpoint;
    this.plan = endpoint == null ? null : endpoint.tls().orElse(null);
    this.own = own;
    this.protocols = plan == null ? own.protocols() : secured(own.protocols());
    this.connectDeadline = System.nanoTime() + Math.min(connectNanos, HANDSHAKE_NANOS);
  }

  /**
   * What the library speaks to a URL of http, as without us: HTTP/1.1, unless the application has
   * chosen HTTP/2 with prior knowledge, which over TLS is negotiated.
   */
  private static List<Protocol> secured(List<Protocol> own) {
    return own.contains(Protocol.H2_PRIOR_KNOWLEDGE) && Internals.NEGOTIATES
        ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
        : List.of(Protocol.HTTP_1_1);
  }

  /** The library's address with these parts. */
  Address address() {
    boolean secured = plan != null;
    return new Address(
        own.url().host(),
        own.url().port(),
        endpoint == null ? own.dns() : this,
        this,
        secured ? this : own.sslSocketFactory(),
        secured ? this : own.hostnameVerifier(),
        secured ? Internals.NO_PINS : own.certificatePinner(),
        own.proxyAuthenticator(),
        endpoint == null ? own.proxy() : Proxy.NO_PROXY,
        protocols,
        secured ? SPECS : own.connectionSpecs(),
        own.proxySelector());
  }

  /**
   * Where a route leads, which in the library has the port of the URL.
   *
   * @return null to leave it
   */
  static InetSocketAddress socketAddress(Route route, InetSocketAddress own) {
    if (!(route.address().dns() instanceof AttemptRoute ours)) {
      return null;
    }
    InetSocketAddress endpoint = ours.endpoint.address();
    return endpoint.isUnresolved()
        ? new InetSocketAddress(own.getAddress(), endpoint.getPort())
        : endpoint;
  }

  @Override
  public List<InetAddress> lookup(String host) throws UnknownHostException {
    InetSocketAddress address = endpoint.address();
    return address.isUnresolved()
        ? own.dns().lookup(address.getHostString())
        : List.of(address.getAddress());
  }

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = own.socketFactory().createSocket();
    keep(socket);
    return socket;
  }

  private synchronized void keep(Socket socket) {
    connecting = left ? null : socket;
    if (stopped) {
      stop();
    }
  }

  /** Closes what connects, now or later. */
  synchronized void stop() {
    stopped = true;
    try {
      if (connecting != null) {
        connecting.close();
      }
    } catch (IOException e) {
      // Closed enough.
    }
  }

  /** Connecting is over. */
  synchronized void leave() {
    left = true;
    connecting = null;
  }

  /** The library shakes hands next. */
  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
      throws IOException {
    SSLSocket socket =
        plan.layer(
            connected,
            protocols.stream()
                .filter(p -> p != Protocol.HTTP_1_0)
                .map(Protocol::toString)
                .toList());
    // The library has set the application's own bound, and sets it again after the handshake.
    int set = connected.getSoTimeout();
    long left = TimeUnit.NANOSECONDS.toMillis(connectDeadline - System.nanoTime());
    int most = (int) Math.max(1, left);
    connected.setSoTimeout(set > 0 ? Math.min(set, most) : most);
    OURS.put(socket, true);
    return socket;
  }

  /** Whether what this socket offers is set already. Asked once. */
  static boolean isOurs(SSLSocket socket) {
    return OURS.remove(socket) != null;
  }

  /** Also of a session that was resumed, which no trust manager has seen. */
  @Override
  public boolean verify(String host, SSLSession session) {
    try {
      plan.verify(session);
      return true;
    } catch (SSLPeerUnverifiedException e) {
      throw AttemptRoute.<RuntimeException>unchecked(e);
    }
  }

  /** The library takes any IOException here, and says less of its own. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable e) throws E {
    throw (E) e;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AttemptRoute route
        && endpoint != null
        && route.endpoint != null
        && route.endpoint.poolKey() == endpoint.poolKey();
  }

  @Override
  public int hashCode() {
    return endpoint == null ? 0 : System.identityHashCode(endpoint.poolKey());
  }

  // What the library does not ask for.

  @Override
  public String[] getDefaultCipherSuites() {
    return new String[0];
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return new String[0];
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }
}
