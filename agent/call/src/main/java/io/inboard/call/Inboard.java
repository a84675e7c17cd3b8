// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.Objects;

/**
 * The door from a library's hooks to the mesh: the one static thing that they share.
 *
 * <p>{@code mesh} opens it once, before any hook runs; until then every request passes untouched.
 * Reading costs one volatile read and takes no lock.
 */
public final class Inboard {
  private static volatile Core core =
      new Core(Outbound.PASS, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE);

  private static volatile Sockets sockets = Sockets.PASS;

  private Inboard() {}

  /** What the mesh decides of calls that leave this JVM. */
  public static Outbound outbound() {
    return core.outbound;
  }

  /** What the mesh decides of requests that arrive. */
  public static Inbound inbound() {
    return core.inbound;
  }

  /** TLS on the application's own ports. */
  public static InboundTls inboundTls() {
    return core.inboundTls;
  }

  /** The context that travels from thread to thread. */
  public static Contexts contexts() {
    return core.contexts;
  }

  /** What is said of ports and connections where they are opened. */
  public static Sockets sockets() {
    return sockets;
  }

  /**
   * Sets what is asked when ports and connections are opened; apart from {@link #serve}, because
   * ports are seen also while nothing else is asked of the mesh. The last call wins.
   */
  public static void watch(Sockets sockets) {
    Inboard.sockets = Objects.requireNonNull(sockets);
  }

  /** Opens the door. Called by the mesh at start, and by tests; the last call wins. */
  public static void serve(Core core) {
    Inboard.core = Objects.requireNonNull(core);
  }

  /** The four things that hooks ask; none is null. */
  public record Core(Outbound outbound, Inbound inbound, InboundTls inboundTls, Contexts contexts) {
    public Core {
      Objects.requireNonNull(outbound);
      Objects.requireNonNull(inbound);
      Objects.requireNonNull(inboundTls);
      Objects.requireNonNull(contexts);
    }
  }
}
