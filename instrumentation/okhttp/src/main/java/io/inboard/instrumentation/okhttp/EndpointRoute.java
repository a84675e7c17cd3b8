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
 * The way to one endpoint, as parts of the library's {@code Address}: its only answer of DNS, its
 * TLS, and the judgement of its peer. Two are equal if they lead to the same endpoint with the same
 * generation of keys; since the library's pool compares addresses, a connection serves nobody else.
 */
final class EndpointRoute extends SSLSocketFactory implements Dns, HostnameVerifier {
  /** Of a handshake, whatever else the application's specs ask for. */
  private static final List<ConnectionSpec> SPECS =
      List.of(
          new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS)
              .allEnabledCipherSuites()
              .allEnabledTlsVersions()
              .build());

  /** Sockets in handshakes: what they offer is set by their plan. */
  private static final WeakIdentityMap<SSLSocket, Boolean> OURS = new WeakIdentityMap<>();

  private final Endpoint endpoint;
  private final AttemptSockets sockets;

  /** The application's, for an endpoint whose name is left to the library. */
  private final Dns dns;

  /** What the library can speak over TLS, by their names in ALPN. */
  private final List<String> offered;

  private final List<Protocol> protocols;

  EndpointRoute(Endpoint endpoint, AttemptSockets sockets, Address own) {
    this.endpoint = endpoint;
    this.sockets = sockets;
    this.dns = own.dns();
    this.protocols = endpoint.tls().isPresent() ? secured(own.protocols()) : own.protocols();
    this.offered =
        protocols.stream().filter(p -> p != Protocol.HTTP_1_0).map(Protocol::toString).toList();
  }

  /** HTTP/2 without negotiation is none over TLS. */
  private static List<Protocol> secured(List<Protocol> own) {
    if (!Internals.NEGOTIATES) {
      return List.of(Protocol.HTTP_1_1);
    }
    return own.contains(Protocol.H2_PRIOR_KNOWLEDGE)
        ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
        : own;
  }

  /** Whether what this socket offers is set already. Asked once. */
  static boolean isOurs(SSLSocket socket) {
    return OURS.remove(socket) != null;
  }

  /** The library's address, to this endpoint. */
  Address address(Address own) {
    boolean secured = endpoint.tls().isPresent();
    return new Address(
        own.url().host(),
        own.url().port(),
        this,
        sockets,
        secured ? this : null,
        secured ? this : null,
        secured ? Internals.NO_PINS : null,
        own.proxyAuthenticator(),
        Proxy.NO_PROXY,
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
    if (!(route.address().dns() instanceof EndpointRoute ours)) {
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
        ? dns.lookup(address.getHostString())
        : List.of(address.getAddress());
  }

  /** The library shakes hands next. */
  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean autoClose)
      throws IOException {
    SSLSocket socket = plan().layer(connected, offered);
    // The library has set the application's own bound, and sets it again after the handshake.
    int own = connected.getSoTimeout();
    int ours = sockets.handshakeMillis();
    connected.setSoTimeout(own > 0 ? Math.min(own, ours) : ours);
    OURS.put(socket, true);
    return socket;
  }

  /** Also of a session that was resumed, which no trust manager has seen. */
  @Override
  public boolean verify(String host, SSLSession session) {
    try {
      plan().verify(session);
      return true;
    } catch (SSLPeerUnverifiedException e) {
      throw EndpointRoute.<RuntimeException>unchecked(e);
    }
  }

  /** The library takes any IOException here, and says less of its own. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable e) throws E {
    throw (E) e;
  }

  private TlsPlan plan() {
    return endpoint.tls().orElseThrow();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EndpointRoute route && route.endpoint.poolKey() == endpoint.poolKey();
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(endpoint.poolKey());
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return plan().context().getSocketFactory().getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return plan().context().getSocketFactory().getSupportedCipherSuites();
  }

  // What the library does not ask for.

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
