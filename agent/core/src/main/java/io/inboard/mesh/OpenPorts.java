// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Sockets.Listener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The listening ports that were seen when they were opened. Guarded by itself. */
final class OpenPorts {
  /** More than any JVM has: what leaks must not leak here, too. */
  private static final int MOST = 4_096;

  private final List<Port> ports = new ArrayList<>();

  /**
   * @param opener the class that bound it; empty: opened before the hooks were installed
   * @param hooked whether its server is known to the hooks
   * @param ownHostOnly whether it cannot be reached from another host
   * @param chosen whether the system chose its number
   */
  record Port(
      InetSocketAddress local,
      String opener,
      boolean hooked,
      boolean ownHostOnly,
      boolean chosen,
      BooleanSupplier open) {
    int number() {
      return local.getPort();
    }

    /** Without the name that an address may carry. */
    String address() {
      InetAddress address = local.getAddress();
      return address == null ? local.getHostString() : address.getHostAddress();
    }
  }

  static Port port(Listener listener, boolean hooked, BooleanSupplier open) {
    InetAddress address = listener.local().getAddress();
    boolean loopback = address != null && address.isLoopbackAddress();
    return new Port(
        listener.local(),
        MeshSockets.name(listener.opener()),
        hooked,
        listener.ownHostOnly() || loopback,
        listener.chosen(),
        open);
  }

  synchronized void add(Port port) {
    forgetClosed();
    if (ports.size() < MOST) {
      ports.add(port);
    }
  }

  /** Those that are still open. */
  synchronized List<Port> current() {
    forgetClosed();
    return List.copyOf(ports);
  }

  private void forgetClosed() {
    if (!ports.isEmpty()) {
      ports.removeIf(p -> !p.open.getAsBoolean());
    }
  }
}
