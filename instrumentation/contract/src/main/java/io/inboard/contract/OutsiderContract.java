// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  private final SocketGuard sockets = new SocketGuard();

  /** Connects by the outsider. */
  protected abstract Future<?> connect(InetSocketAddress to) throws Exception;

  /** The name of the outsider's class. */
  protected abstract String outsider();

  @AfterEach
  final void watchNothing() {
    sockets.close();
  }

  @Test
  void whatConnectsByTheClientsMeansIsNotTakenForTheClient() throws Exception {
    TestServer server = plainServer();
    sockets.guard(identity(), "REFUSE", server.address());
    assertThatThrownBy(() -> connect(server.address()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .hasStackTraceContaining("no connection to " + HOST)
        .hasStackTraceContaining(outsider());
    assertThat(server.connections()).isZero();
    sockets.guard(identity(), "WARN", server.address());
    connect(server.address());
    eventually(() -> server.connections() == 1, () -> "the connection");
    assertThat(sockets.counts())
        .isEqualTo(
            "[%s, %s]",
            SocketGuard.count(outsider(), "refused", 1),
            SocketGuard.count(outsider(), "not secured", 1));
  }

  @Test
  void theClientItselfIsLeftAlone() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh("", sockets.guard(identity(), "REFUSE", server.address()));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(server.received())
        .singleElement()
        .satisfies(r -> assertThat(r.peer()).isEqualTo(Optional.of(CLIENT_ID)));
    assertThat(sockets.counts()).isEqualTo("[]");
  }
}
