// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import sun.net.www.http.HttpClient;

/** Connections of the mesh: how they are made, leased and given back. */
final class MeshConnections {
  /** The only version that the JDK's client speaks. */
  private static final List<String> HTTP_1_1 = List.of("http/1.1");

  /** A handshake is bounded even if neither the application nor the mesh says how. */
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final WeakIdentityMap<HttpClient, MeshConnection> WIRES = new WeakIdentityMap<>();

  private MeshConnections() {}

  /** Takes a pooled connection; false if it must not be used, and is closed. */
  static boolean lease(InFlight attempt, HttpClient client) {
    if (attempt.endpoint() == null && astray(attempt, Internals.socket(client)) != null) {
      client.closeServer();
      return false;
    }
    if (!attempt.governed()) {
      if (attempt.repeats() || !dead(client)) {
        return true;
      }
      client.closeServer();
      return false;
    }
    MeshConnection wire = WIRES.get(client);
    if (wire == null || wire.poolKey() != attempt.poolKey() || dead(client, wire)) {
      client.closeServer();
      return false;
    }
    attempt.use(wire);
    return true;
  }

  /** Why nothing may be sent to where the JDK has connected by itself; null: it may. */
  static SSLException astray(InFlight attempt, Socket socket) {
    return socket == null
        ? null
        : Refusals.astray(attempt.attempt(), socket.getRemoteSocketAddress()).orElse(null);
  }

  /** Whether a connection that is to carry a request is none any more. */
  static boolean dead(HttpClient client) {
    MeshConnection wire = WIRES.get(client);
    if (wire != null) {
      return dead(client, wire);
    }
    // Not made by us: the application's own TLS, or a proxy's. Its idle time is unknown.
    Socket socket = Internals.socket(client);
    return Liveness.dead(client, socket, socket instanceof SSLSocket, Long.MAX_VALUE);
  }

  /** The same of one that we made, and that was in the pool; false of others. */
  static boolean diedInPool(HttpClient client) {
    MeshConnection wire = WIRES.get(client);
    return wire != null && wire.hasRested() && dead(client, wire);
  }

  private static boolean dead(HttpClient client, MeshConnection wire) {
    return Liveness.dead(
        client, wire.socket(), wire.session() != null, wire.restedNanos(System.nanoTime()));
  }

  /** The key of the pool that a connection goes back to; null for the JDK's own. */
  static Object giveBack(HttpClient client) {
    MeshConnection wire = WIRES.get(client);
    if (wire == null) {
      return null;
    }
    wire.giveBack(System.nanoTime());
    return wire.poolKey();
  }

  /**
   * Closes what rests in the same pool of the mesh, as the JDK does in its own.
   *
   * @return false for a connection of the JDK's own pool
   */
  static boolean closeIdle(HttpClient client, URL url) {
    MeshConnection wire = WIRES.get(client);
    if (wire == null || wire.poolKey() == null) {
      return false;
    }
    HttpClient idle = Canned.fromPool(url, wire.poolKey());
    if (idle != null) {
      idle.closeServer();
    }
    return true;
  }

  /** Host and port to connect to instead of the application's; null to leave them. */
  static Object[] direct(InFlight attempt, HttpClient client) {
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
  static Object[] secure(InFlight attempt, HttpClient client, Socket socket, boolean directed) {
    Endpoint endpoint = attempt.endpoint();
    try {
      if (endpoint != null && !directed) {
        throw Refusals.unsecured(
            HttpUrlConnectionHooks.NAME, endpoint, "its connection leads elsewhere");
      }
      MeshConnection wire = attempt.connected(socket);
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
      return failed(
          attempt,
          socket,
          endpoint == null
              ? new SSLException("inboard: an error of ours", e)
              : Refusals.unsecured(HttpUrlConnectionHooks.NAME, endpoint, e));
    }
  }

  private static Object[] failed(InFlight attempt, Socket socket, IOException error) {
    attempt.drop();
    InFlight.close(socket);
    return new Object[] {null, error};
  }

  private static int handshakeMillis(InFlight attempt) {
    long nanos = Math.min(HANDSHAKE_NANOS, attempt.connectNanosLeft());
    return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
  }
}
