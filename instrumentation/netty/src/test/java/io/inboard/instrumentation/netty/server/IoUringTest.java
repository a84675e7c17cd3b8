// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.contract.NettyVersion;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServerFixture;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** On io_uring, where the kernel allows it: in containers it often does not. */
@EnabledIf(value = "allowed", disabledReason = "io_uring is not available here")
final class IoUringTest extends ServerFixture {
  private static final NettyVersion NETTY = NettyContract.netty("4.2.18.Final");

  static boolean allowed() throws Exception {
    Class<?> transport = Class.forName("io.netty.channel.uring.IoUring", true, NETTY);
    Object cause = transport.getMethod("unavailabilityCause").invoke(null);
    if (cause != null) {
      System.out.println("skipped: io_uring is not available: " + cause);
    }
    return cause == null;
  }

  @Override
  protected RunningServer start() throws Exception {
    return NETTY.start(Map.of("io_uring", ""), Optional.empty());
  }

  @Override
  protected String library() {
    return NettyServerHooks.NAME;
  }

  @Test
  void itIsServedOverMutualTlsAndInTheClear() throws Exception {
    for (RawConnection each : both()) {
      try (RawConnection wire = each) {
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
      }
    }
    mesh.accepted(1, 1);
    assertThat(mesh.ended(4)).allSatisfy(r -> assertThat(r.responses()).containsExactly(200));
  }

  @Test
  void inStrictPlaintextIsRefused() throws Exception {
    mesh.mode(Mode.STRICT);
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(wire.untilClosed()).asString().doesNotContain("HTTP/1.1 200");
    }
    mesh.refusedFor(Refusal.PLAINTEXT);
    assertThat(calls()).isZero();
  }
}
