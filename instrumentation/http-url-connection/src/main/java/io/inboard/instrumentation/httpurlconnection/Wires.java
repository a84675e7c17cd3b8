// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.WeakIdentityMap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import sun.net.www.http.HttpClient;

/** Connections of the mesh: how they are made, leased and given back. */
final class Wires {
  /** The JDK's client speaks nothing else. */
  private static final List<String> HTTP_1_1 = List.of("http/1.1");

  /** A handshake is bounded even if neither the application nor the mesh says how. */
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * A pooled connection that rested this long is asked whether it still is one. The JDK itself does
   * so for streamed POSTs only, and repeats any other request, which a mesh must not; asking costs
   * a millisecond, so that busy connections are not asked.
   */
  private static final long TRUSTED_IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final WeakIdentityMap<HttpClient, Wire> WIRES = new WeakIdentityMap<>();

  private Wires() {}

  /** Takes a pooled connection; false if it must not be used, and is closed. */
  static boolean lease(Try attempt, HttpClient client) {
    Wire wire = WIRES.get(client);
    if (wire == null || wire.poolKey() != attempt.poolKey() || isDead(client, wire)) {
      client.closeServer();
      return false;
    }
    attempt.use(wire);
    return true;
  }

  private static boolean isDead(HttpClient client, Wire wire) {
    if (!wire.idleLongerThan(TRUSTED_IDLE_NANOS, System.nanoTime())) {
      return false;
    }
    try {
      return !Internals.available(client);
    } catch (IOException e) {
      return true;
    }
  }

  /** The key of the pool that a connection goes back to; null for the JDK's own. */
  static Object giveBack(HttpClient client) {
    Wire wire = WIRES.get(client);
    if (wire == null) {
      return null;
    }
    wire.giveBack(System.nanoTime());
    return wire.poolKey();
  }

  /** Host and port to connect to instead of the application's; null to leave them. */
  static Object[] direct(Try attempt, HttpClient client) {
    client.setConnectTimeout(attempt.connectMillis());
    Endpoint endpoint = attempt.endpoint();
    if (endpoint == null) {
      return null;
    }
    InetSocketAddress address = endpoint.address();
    // A literal is not looked up. A name that the endpoint's own discovery could not resolve fails
    // here as the JDK fails.
    String host =
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    return new Object[] {host, address.getPort()};
  }

  /** The socket to use and null, or null and the error; null to leave the socket as it is. */
  static Object[] secure(Try attempt, HttpClient client, Socket socket, boolean directed) {
    Endpoint endpoint = attempt.endpoint();
    try {
      if (endpoint != null && !directed) {
        throw new SSLException("inboard: connected elsewhere than to the endpoint");
      }
      Wire wire = new Wire(attempt.poolKey(), socket);
      attempt.take(wire);
      Socket result = socket;
      Optional<TlsPlan> plan = endpoint == null ? Optional.empty() : endpoint.tls();
      if (plan.isPresent()) {
        SSLSocket secured = plan.get().wrap(socket, HTTP_1_1, handshakeMillis(attempt));
        wire.secured(secured.getSession());
        result = secured;
      }
      if (attempt.aborted()) {
        throw new SocketTimeoutException("Connect timed out");
      }
      WIRES.put(client, wire);
      attempt.use(wire);
      return new Object[] {result, null};
    } catch (IOException e) {
      return failed(attempt, socket, e);
    } catch (RuntimeException e) {
      return failed(attempt, socket, new SSLException("inboard: connection not secured", e));
    }
  }

  private static Object[] failed(Try attempt, Socket socket, IOException error) {
    attempt.drop();
    Try.close(socket);
    return new Object[] {null, error};
  }

  private static int handshakeMillis(Try attempt) {
    long nanos = Math.min(HANDSHAKE_NANOS, attempt.connectNanosLeft());
    return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
  }
}
