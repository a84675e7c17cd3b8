// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.Inboard;
import io.inboard.call.Sockets;
import io.inboard.call.Step;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/** Refusals of the mesh as the exceptions that an HTTP client throws. */
public final class Refusals {
  private Refusals() {}

  /**
   * What the application gets for a refusal.
   *
   * @param cause what the last attempt threw; null if nothing
   * @param timeout makes the library's exception for a time that is up
   */
  public static IOException exception(
      Step.Refuse refuse, Throwable cause, Function<String, ? extends IOException> timeout) {
    IOException exception =
        switch (refuse.reason()) {
          case TIMEOUT -> timeout.apply(refuse.message());
          case UNTRUSTED -> new SSLException(refuse.message());
          case CIRCUIT_OPEN, OVERFLOW, THROTTLED, NO_ENDPOINT -> new IOException(refuse.message());
        };
    if (cause != null && exception.getCause() == null) {
      exception.initCause(cause);
    }
    return exception;
  }

  /**
   * What to throw in place of sending over a connection that the library has chosen.
   *
   * @param remote where it leads; null where the library does not show it
   * @return empty: it may be sent
   */
  public static Optional<SSLException> astray(Attempt attempt, SocketAddress remote) {
    return remote == null ? Optional.empty() : attempt.astray(remote).map(SSLException::new);
  }

  /**
   * A hook of ours has thrown, or the application goes past the hooks, and the library would send
   * as without us: what must be encrypted is refused then, counted, and said in the log.
   *
   * @param library as in {@link io.inboard.call.OutboundRequest#library}
   * @param scheme of the application's URL
   * @param port of the application's URL, else the scheme's default
   * @param mistake what a hook has thrown; null: nothing
   * @return what to throw in place of sending; empty: let the library send
   */
  public static Optional<SSLException> failClosed(
      String library, String scheme, String host, int port, Throwable mistake) {
    return mustEncrypt(scheme, host, port)
        ? Optional.of(unsecured(library, host, port, why(mistake), mistake))
        : Optional.empty();
  }

  /** Whether {@link #failClosed} refuses, of what goes on otherwise: nothing is counted. */
  public static boolean mustEncrypt(String scheme, String host, int port) {
    return scheme.equalsIgnoreCase("http") && Inboard.outbound().mustEncrypt(host, port);
  }

  private static String why(Throwable mistake) {
    return mistake == null
        ? "a route, a host or a connection of the application's own leads past the mesh; call it by"
            + " its URL"
        : "an error of ours, " + mistake;
  }

  /**
   * A connection to an endpoint could not be secured, for no reason that the peer has given.
   *
   * @param why the reason, which follows a colon
   */
  public static SSLException unsecured(String library, Endpoint endpoint, String why) {
    InetSocketAddress address = endpoint.address();
    return unsecured(library, address.getHostString(), address.getPort(), why, null);
  }

  /** The same after an error of ours. */
  public static SSLException unsecured(String library, Endpoint endpoint, Throwable mistake) {
    InetSocketAddress address = endpoint.address();
    return unsecured(library, address.getHostString(), address.getPort(), why(mistake), mistake);
  }

  /**
   * A tunnel through a proxy that an application opens by a class of a library which no hook
   * directs: what goes through it is the application's own, so that class counts as a client that
   * no hook knows.
   *
   * @param opener which opens it
   * @return what to throw in place of opening; empty: it may
   */
  public static Optional<ConnectException> tunnel(Class<?> opener, String host, int port) {
    Sockets sockets = Inboard.sockets();
    InetSocketAddress to = InetSocketAddress.createUnresolved(host, port);
    return sockets.watches(to)
        ? sockets.connecting(to, opener).map(ConnectException::new)
        : Optional.empty();
  }

  /**
   * A connection that something else than the client which the mesh knows opens by that client's
   * means: what goes over it is nobody's call, so the opener counts as a client that no hook knows.
   *
   * @param opener which opens it; asked where it matters; empty: the client itself
   * @param remote null, and what is no address of the Internet: not judged
   * @return what to throw in place of opening; empty: it may
   */
  public static Optional<ConnectException> opening(
      Supplier<Optional<Class<?>>> opener, SocketAddress remote) {
    Sockets sockets = Inboard.sockets();
    if (!(remote instanceof InetSocketAddress to) || !sockets.watches(to)) {
      return Optional.empty();
    }
    return opener.get().flatMap(o -> sockets.connecting(to, o)).map(ConnectException::new);
  }

  /** The same after an error of ours. */
  public static Optional<ConnectException> tunnelAfter(Throwable mistake, String host, int port) {
    if (!Inboard.sockets().failsClosed(InetSocketAddress.createUnresolved(host, port))) {
      return Optional.empty();
    }
    ConnectException refusal =
        new ConnectException(
            "inboard: no tunnel to "
                + host
                + ": an error of ours hides whether it may be opened"
                + " (destinations[].unknownClients: WARN lets it pass)");
    refusal.initCause(mistake);
    return Optional.of(refusal);
  }

  private static SSLException unsecured(
      String library, String host, int port, String why, Throwable cause) {
    return new SSLException(Inboard.outbound().unsecured(library, host, port, why), cause);
  }
}
