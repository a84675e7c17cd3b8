// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.PeerIdentity;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServerFixture;
import io.inboard.contract.Workload;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Connections of a server that speaks no HTTP, and speaks first. */
final class NettyConnectionsTest extends ServerFixture {
  @Override
  protected RunningServer start() throws Exception {
    return NettyContract.netty("4.1.135.Final")
        .make(RunningServer.class, "io.inboard.instrumentation.netty.server.app.GreetingServer");
  }

  @Override
  protected String library() {
    return NettyServerHooks.NAME;
  }

  @Test
  void whatTheServerSaysFirstGoesThroughTls() throws Exception {
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.exactly(3)).asString().isEqualTo("hi\n");
      wire.send("echo");
      assertThat(wire.exactly(4)).asString().isEqualTo("echo");
    }
    mesh.accepted(1, 0);
  }

  @Test
  void whatTheServerSaysFirstIsHeardByAPeerThatWaitsForIt() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.exactly(3)).asString().isEqualTo("hi\n");
      wire.send("echo");
      assertThat(wire.exactly(4)).asString().isEqualTo("echo");
    }
    mesh.accepted(0, 1);
  }

  @Test
  void nothingIsSaidInTheClearInStrict() throws Exception {
    mesh.mode(Mode.STRICT);
    mesh.handshakeMillis(1_500);
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.untilClosed()).isEmpty();
    }
  }

  /** No request is seen, so the connection is judged as a whole. */
  @Test
  void itHearsNothingWhereAConnectionIsRefused() throws Exception {
    mesh.connections(peer -> Optional.of("a test says so"));
    for (RawConnection wire : both()) {
      try (wire) {
        wire.send("echo");
        assertThat(wire.untilClosed()).isEmpty();
      }
    }
  }

  @Test
  void inStrictItIsJudgedByWhoThePeerIs() throws Exception {
    mesh.mode(Mode.STRICT);
    mesh.failsClosed(true);
    mesh.connections(
        peer ->
            peer.map(PeerIdentity::id).filter(CLIENT_ID::equals).isPresent()
                ? Optional.empty()
                : Optional.of("another peer"));
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.exactly(3)).asString().isEqualTo("hi\n");
      wire.send("echo");
      assertThat(wire.exactly(4)).asString().isEqualTo("echo");
    }
    Workload other = Workload.of(CA.issue("spiffe://cluster.local/ns/shop/sa/other"));
    try (RawConnection wire = RawConnection.tls(server.port(), other)) {
      wire.send("echo");
      assertThat(wire.untilClosed()).isEmpty();
    }
  }
}
