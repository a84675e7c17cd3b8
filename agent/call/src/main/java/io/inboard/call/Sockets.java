// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What is said of ports and connections where they are opened, by whichever library: what no hook
 * knows must not stay unseen. Asked when a port or a connection is opened and never again, so
 * reading and writing cost nothing. Safe for use by any thread; neither blocks nor throws.
 */
public interface Sockets {
  /** Lets everything be opened without a check. */
  Sockets PASS =
      new Sockets() {
        @Override
        public Optional<String> opening(Listener listener) {
          return Optional.empty();
        }

        @Override
        public void opened(Listener listener, BooleanSupplier open) {}

        @Override
        public boolean watches(InetSocketAddress remote) {
          return false;
        }

        @Override
        public Optional<String> connecting(InetSocketAddress remote, Class<?> opener) {
          return Optional.empty();
        }

        @Override
        public boolean failsClosed(int localPort) {
          return false;
        }

        @Override
        public boolean failsClosed(InetSocketAddress remote) {
          return false;
        }
      };

  /**
   * Whether a port may be opened. Asked before it is bound where the port is known; for a port that
   * the system chooses, as soon as it has.
   *
   * @return why it must not; ready for the application's exception
   */
  Optional<String> opening(Listener listener);

  /**
   * Tells of a port that is open now.
   *
   * @param open whether it still is; asked by any thread, keeps nothing of the application alive
   */
  void opened(Listener listener, BooleanSupplier open);

  /** Whether {@link #connecting} has to be asked; the usual answer is no, and costs a look-up. */
  boolean watches(InetSocketAddress remote);

  /**
   * Whether a connection may be opened.
   *
   * @param opener the class that connects: the first one that is not the JDK's plumbing
   * @return why it must not; ready for the application's exception
   */
  Optional<String> connecting(InetSocketAddress remote, Class<?> opener);

  /** Whether an error inside a hook must keep this port closed. */
  boolean failsClosed(int localPort);

  /** Whether an error inside a hook must keep this connection from being opened. */
  boolean failsClosed(InetSocketAddress remote);

  /**
   * A port of this JVM.
   *
   * @param local address and port; the port is 0 while the system has not chosen one
   * @param opener the class that binds: the first one that is not the JDK's plumbing
   * @param ownHostOnly whether whoever is not on this host is turned away, wherever it is bound
   * @param chosen whether the system chose the port, so that no setting can name it beforehand
   */
  record Listener(InetSocketAddress local, Class<?> opener, boolean ownHostOnly, boolean chosen) {
    public Listener {
      Objects.requireNonNull(local);
      Objects.requireNonNull(opener);
    }
  }
}
