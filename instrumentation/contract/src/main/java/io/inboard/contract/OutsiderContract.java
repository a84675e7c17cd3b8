// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Inboard;
import io.inboard.call.Sockets;
import io.inboard.mesh.FoundEndpoints;
import io.inboard.mesh.MeshSockets;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What opens its sockets by the same class as the client that the mesh knows, and is not that
 * client: it counts as one that no hook knows.
 */
public abstract class OutsiderContract extends MeshHarness {
  private final MeshSockets sockets = new MeshSockets(new FoundEndpoints());

  /** Connects by the outsider. */
  protected abstract Future<?> connect(InetSocketAddress to) throws Exception;

  /** The name of the outsider's class. */
  protected abstract String outsider();

  @AfterEach
  final void watchNothing() {
    Inboard.watch(Sockets.PASS);
  }

  private String guard(String unknownClients, TestServer server) throws Exception {
    String yaml =
        identity()
            + destination(
                "tls: {mode: MUTUAL}\n    unknownClients: " + unknownClients, server.address());
    sockets.known(WovenJvm.ensure()::knows);
    sockets.apply(settings(yaml));
    Inboard.watch(sockets);
    return yaml;
  }

  @Test
  void whatConnectsByTheClientsMeansIsNotTakenForTheClient() throws Exception {
    TestServer server = plainServer();
    guard("REFUSE", server);
    assertThatThrownBy(() -> connect(server.address()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .hasStackTraceContaining("no connection to " + HOST)
        .hasStackTraceContaining(outsider());
    assertThat(server.connections()).isZero();
    guard("WARN", server);
    connect(server.address());
    eventually(() -> server.connections() == 1, () -> "the connection");
    assertThat(sockets.status().unmeshed())
        .hasToString("[" + count("refused") + ", " + count("not secured") + "]");
  }

  private String count(String outcome) {
    return "Count[role=client, library=%s, where=%s, outcome=%s, count=1]"
        .formatted(outsider(), HOST, outcome);
  }

  @Test
  void theClientItselfIsLeftAlone() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    String yaml = guard("REFUSE", server);
    mesh("", yaml);
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(server.received())
        .singleElement()
        .satisfies(r -> assertThat(r.peer()).isEqualTo(Optional.of(CLIENT_ID)));
    assertThat(sockets.status().unmeshed()).isEmpty();
  }
}
