// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A library's tool that opens a tunnel through a proxy for the application, past the client that
 * the mesh knows: it counts as a client that no hook knows.
 */
public abstract class TunnelContract extends MeshHarness {
  private final SocketGuard sockets = new SocketGuard();

  /** Asks the proxy for a tunnel, as an application does. */
  protected abstract Socket tunnel(InetSocketAddress proxy, String host, int port) throws Exception;

  /** The name of the tool's class. */
  protected abstract String tool();

  @Override
  protected final Response send(Request request) {
    throw new UnsupportedOperationException("there is no client here");
  }

  @AfterEach
  final void watchNothing() {
    sockets.close();
  }

  private void guard(String unknownClients) throws Exception {
    sockets.guard(identity(), unknownClients, new InetSocketAddress("10.0.0.5", 8443));
  }

  /** Whether the tool does what it is for in this version of its library. */
  protected boolean works() {
    return true;
  }

  private void opensTunnel(TestServer proxy, String host, int port) throws Exception {
    if (!works()) {
      System.out.println("skipped: " + tool() + " of this version fails before it has connected");
      assertThatThrownBy(() -> tunnel(proxy.address(), host, port))
          .hasMessage("Target host is unknown");
      return;
    }
    int before = proxy.received().size();
    tunnel(proxy.address(), host, port).close();
    assertThat(proxy.received()).hasSize(before + 1);
    assertThat(proxy.received().get(before).method()).isEqualTo("CONNECT");
  }

  @Test
  void aTunnelToAGuardedDestinationIsRefused() throws Exception {
    TestServer proxy = plainServer();
    guard("REFUSE");
    for (String host : new String[] {HOST, "10.0.0.5"}) {
      assertThatThrownBy(() -> tunnel(proxy.address(), host, 8443))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(HOST)
          .hasMessageContaining(tool());
    }
    assertThat(proxy.connections()).isZero();
    assertThat(sockets.counts()).isEqualTo("[%s]", SocketGuard.count(tool(), "refused", 2));
    opensTunnel(proxy, "elsewhere.invalid", 443);
  }

  @Test
  void whereUnknownClientsMayPassItIsCounted() throws Exception {
    TestServer proxy = plainServer();
    guard("WARN");
    opensTunnel(proxy, HOST, 80);
    assertThat(sockets.counts()).isEqualTo("[%s]", SocketGuard.count(tool(), "not secured", 1));
  }
}
