// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServerFixture;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An application behind a load balancer that speaks the PROXY protocol. */
final class ProxyProtocolTest extends ServerFixture {
  private static final String SAID = "PROXY TCP4 192.0.2.1 127.0.0.1 40000 80\r\n";

  @Override
  protected RunningServer start() throws Exception {
    return NettyContract.netty("4.1.135.Final").start(Map.of("haproxy", ""), Optional.empty());
  }

  @Override
  protected String library() {
    return NettyServerHooks.NAME;
  }

  @Test
  void whereItMayComeInTheClearItWorksAsWithoutUs() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send(SAID + "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      assertThat(wire.untilClosed()).asString().startsWith("HTTP/1.1 200");
    }
    mesh.accepted(0, 1);
    assertThat(mesh.only().method()).isEqualTo("GET");
  }

  /** It tells nothing that is proved, and a handshake behind it is not looked for. */
  @Test
  void inStrictItIsRefusedAsAllPlaintext() throws Exception {
    mesh.mode(Mode.STRICT);
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send(SAID + "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(wire.untilClosed()).asString().doesNotContain("HTTP/1.1 200");
    }
    mesh.refusedFor(Refusal.PLAINTEXT);
    assertThat(calls()).isZero();
  }
}
