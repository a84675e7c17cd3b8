// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.contract.Curl;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract for the servlets of one version of Undertow. */
abstract class UndertowContract extends UndertowBodiesContract {
  UndertowContract(String version) {
    super(version);
  }

  // --- Connections.

  @Test
  void anOpenPlaintextConnectionIsNotServedOnceThePortIsStrict() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/hello").status()).isEqualTo(200);
      mesh.mode(Mode.STRICT);
      toldThatThePortWantsMutualTls(wire.get("/hello"));
      assertThat(wire.untilClosed()).isEmpty();
    }
    mesh.refusedFor(Refusal.PLAINTEXT);
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void aSilentPeerIsClosedWhenUndertowWouldCloseIt() throws Exception {
    try (RunningServer hasty = undertow.start(Map.of("silence", "200"));
        RawConnection silent = RawConnection.plain(hasty.port());
        RawConnection half = RawConnection.plain(hasty.port())) {
      half.send(new byte[] {0x16});
      assertThat(silent.untilClosed()).isEmpty();
      assertThat(half.untilClosed()).isEmpty();
    }
  }

  @Test
  void whatAProxySaysOfAConnectionDoesNotChangeItsPort() throws Exception {
    String head = "PROXY TCP4 10.9.8.7 10.0.0.1 4711 %d\r\n";
    try (RunningServer behind = undertow.start(Map.of("proxy", "yes"))) {
      mesh.modes(port -> port == behind.port() ? Mode.STRICT : Mode.DISABLE);
      try (RawConnection wire = RawConnection.plain(behind.port())) {
        wire.send(head.formatted(80) + "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
        toldThatThePortWantsMutualTls(wire.response());
      }
      mesh.mode(Mode.PERMISSIVE);
      try (RawConnection wire = RawConnection.plain(behind.port())) {
        wire.send(head.formatted(80) + "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(wire.response().text()).isEqualTo("hello");
      }
      assertThat(mesh.only().local().getPort()).isEqualTo(behind.port());
      assertThat(mesh.only().remote().getAddress().getHostAddress()).isEqualTo("10.9.8.7");
    }
    assertThat(calls()).isEqualTo(1);
  }

  /** A gateway in front says how its own client came; the hop between the two is no word on it. */
  @Test
  void whatAProxySaysOfTheSchemeCountsOverTlsAsInPlaintext() throws Exception {
    try (RunningServer behind = undertow.start(Map.of("forwarded", "yes"))) {
      for (boolean off : new boolean[] {false, true}) {
        mesh.disabled(off);
        for (String said : List.of("https", "http")) {
          String header = "X-Forwarded-Proto: " + said;
          String seen = said + " " + said.equals("https");
          for (RawConnection wire :
              List.of(
                  RawConnection.plain(behind.port()), RawConnection.tls(behind.port(), client))) {
            try (wire) {
              assertThat(wire.get("/undertow/secure", header).text())
                  .as("%s, switched off: %s", header, off)
                  .isEqualTo(seen);
            }
          }
          assertThat(
                  Curl.with(client).get(behind.port(), "/undertow/secure", "--http2", "-H", header))
              .isEqualTo(seen + " 2");
        }
      }
    }
  }

  @Test
  void theApplicationSeesAPlaintextRequest() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/undertow/secure").text()).isEqualTo("http false");
      }
    }
    assertThat(Curl.with(client).get(server.port(), "/undertow/secure", "--http2"))
        .isEqualTo("http false 2");
  }

  // --- What servlet containers do.

  @Test
  void aRefusedRequestDoesNotWaitForABodyThatIsAskedFor() throws Exception {
    mesh.deny(403);
    for (RawConnection wire : both()) {
      try (wire) {
        wire.send(
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
                + "Expect: 100-continue\r\n\r\n");
        assertThat(wire.response().status()).isEqualTo(403);
      }
    }
    assertThat(calls()).isZero();
  }

  // --- HTTP/2.

  @Test
  void http2IsSpokenOnlyWhereTheApplicationHasEnabledIt() throws Exception {
    assertThat(agreed(server, "http/1.1", "h2")).isEqualTo("h2");
    assertThat(agreed(server, "http/1.1")).isEqualTo("http/1.1");
    assertThat(agreed(server, "istio-h2", "istio", "h2")).isEqualTo("h2");
    try (RunningServer old = undertow.start(Map.of("http1", "only"))) {
      assertThat(agreed(old, "h2", "http/1.1")).isEqualTo("http/1.1");
      assertThat(Curl.with(client).get(old.port(), "/hello", "--http2")).isEqualTo("hello 1.1");
    }
  }
}
