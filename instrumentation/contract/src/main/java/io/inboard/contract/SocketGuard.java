// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Inboard;
import io.inboard.call.Sockets;
import io.inboard.mesh.FoundEndpoints;
import io.inboard.mesh.MeshSockets;
import java.net.InetSocketAddress;

/** What the mesh does about clients that no hook knows, for a test that has it in force. */
public final class SocketGuard implements AutoCloseable {
  private final MeshSockets sockets = new MeshSockets(new FoundEndpoints());

  /**
   * Guards a destination, whose host is {@link ClientHarness#HOST} and whose TLS is MUTUAL, from
   * now on.
   *
   * @param identity see {@link MeshHarness#identity}
   * @param unknownClients as in the settings
   * @return the settings
   */
  public String guard(String identity, String unknownClients, InetSocketAddress endpoint)
      throws Exception {
    String yaml =
        identity
            + MeshHarness.destination(
                "tls: {mode: MUTUAL}\n    unknownClients: " + unknownClients, endpoint);
    sockets.known(WovenJvm.ensure()::knows);
    sockets.apply(MeshHarness.settings(yaml));
    Inboard.watch(sockets);
    return yaml;
  }

  /** What went around the mesh, and what became of it, as {@code status} has it. */
  public String counts() {
    return sockets.status().unmeshed().toString();
  }

  /**
   * What {@link #counts} has of one that went to the guarded destination.
   *
   * @param outcome {@code refused}, {@code not secured}
   */
  public static String count(String library, String outcome, int count) {
    return "Count[role=client, library=%s, where=%s, outcome=%s, count=%d]"
        .formatted(library, ClientHarness.HOST, outcome, count);
  }

  @Override
  public void close() {
    Inboard.watch(Sockets.PASS);
  }
}
