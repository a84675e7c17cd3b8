// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import io.inboard.call.Inboard;
import io.inboard.call.Sockets.Listener;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.function.Predicate;

/** A port that is being opened, the same way for all kinds of sockets. */
final class Ports {
  /**
   * The JMX server that {@code jcmd}, {@code jconsole} and the like have started in a JVM: bound to
   * every address, though it turns away whoever is not on this host, in a class inside this one.
   */
  private static final String LOCAL_JMX = "sun.management.jmxremote.LocalRMIServerSocketFactory$";

  private Ports() {}

  /**
   * Why a socket must not be bound to an address; null: it may, as far as one can tell before the
   * system has chosen a port.
   *
   * @param address as the application gave it: null, unresolved or of another kind are for the JDK
   */
  static Throwable refusal(SocketAddress address) {
    return address instanceof InetSocketAddress local
            && !local.isUnresolved()
            && local.getPort() != 0
        ? refusal(listener(local, false))
        : null;
  }

  /**
   * Tells of a socket that was bound.
   *
   * @param asked where the application wanted it
   * @param bound where it is
   * @return why it must be closed again: a port that the system chose is judged only now
   */
  static <T> Throwable opened(
      SocketAddress asked, SocketAddress bound, T socket, Predicate<T> open) {
    if (!(bound instanceof InetSocketAddress local)) {
      return null;
    }
    boolean chosen = !(asked instanceof InetSocketAddress given) || given.getPort() == 0;
    Listener listener = listener(local, chosen);
    Throwable refusal = chosen ? refusal(listener) : null;
    if (refusal == null) {
      WeakReference<T> weak = new WeakReference<>(socket);
      Inboard.sockets()
          .opened(
              listener,
              () -> {
                T alive = weak.get();
                return alive != null && open.test(alive);
              });
    }
    return refusal;
  }

  private static Listener listener(InetSocketAddress local, boolean chosen) {
    Class<?> opener = Openers.nearest();
    return new Listener(local, opener, opener.getName().startsWith(LOCAL_JMX), chosen);
  }

  private static Throwable refusal(Listener listener) {
    return Inboard.sockets().opening(listener).map(SocketException::new).orElse(null);
  }

  /**
   * After an error of ours: where the port was to be closed, it cannot be told whether it may be
   * opened.
   */
  static Throwable afterError(Throwable error, SocketAddress address) {
    boolean isInternet = address == null || address instanceof InetSocketAddress;
    boolean loopback =
        address instanceof InetSocketAddress local
            && local.getAddress() != null
            && isLoopback(local.getAddress());
    int port = address instanceof InetSocketAddress local ? local.getPort() : 0;
    if (!isInternet || loopback || !Inboard.sockets().failsClosed(port)) {
      return null;
    }
    SocketException refusal =
        new SocketException(
            "inboard: port "
                + port
                + " does not open: an error of ours hides whether a hook knows its server;"
                + " inbound.portLevelMtls: {"
                + port
                + ": DISABLE} exempts it");
    refusal.initCause(error);
    return refusal;
  }

  private static boolean isLoopback(InetAddress address) {
    return address.isLoopbackAddress();
  }

  /** Closes what must not stay open; its own error is not the one to tell. */
  static Throwable closing(Throwable refusal, AutoCloseable socket) {
    if (refusal != null) {
      try {
        socket.close();
      } catch (IOException | RuntimeException e) {
        refusal.addSuppressed(e);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    return refusal;
  }
}
