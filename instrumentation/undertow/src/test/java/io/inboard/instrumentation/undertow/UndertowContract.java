// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.contract.Curl;
import io.inboard.contract.Eventually;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RawHttp2Connection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SeenRequest;
import io.inboard.contract.TemporaryFiles;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The contract for the servlets of one version of Undertow. */
abstract class UndertowContract extends UndertowBodiesContract {
  private static final SeenRequest.End OK = new SeenRequest.End(200, Optional.empty());

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
  void anUpgradedConnectionCarriesBytesBothWays() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        wire.send("GET", "/undertow/upgrade", new byte[0], "Connection: Upgrade", "Upgrade: echo");
        assertThat(wire.response().status()).isEqualTo(101);
        for (int i = 0; i < 3; i++) {
          wire.send("echo" + i);
          assertThat(wire.exactly(5)).isEqualTo(("echo" + i).getBytes(StandardCharsets.US_ASCII));
        }
      }
    }
    assertThat(mesh.ended(2)).allSatisfy(r -> assertThat(r.ends().get(0).status()).isEqualTo(101));
  }

  @Test
  void theContextIsThereAgainInADispatchAndInAListener() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/undertow/dispatch").text())
            .isEqualTo("dispatched in /undertow/dispatch");
        assertThat(wire.get("/undertow/timeout").text())
            .isEqualTo("timed out in /undertow/timeout");
      }
    }
    assertThat(mesh.ended(4))
        .extracting(r -> r.ends().get(0).status())
        .containsExactly(200, 504, 200, 504);
  }

  @Test
  void aClientThatGoesAwayEndsAnAsynchronousRequestOnce() throws Exception {
    for (RawConnection wire : both()) {
      int before = mesh.seen().size();
      wire.send("GET", "/async", new byte[0]);
      Eventually.eventually(() -> mesh.seen().size() > before, () -> "the request's begin");
      wire.reset();
    }
    assertThat(mesh.ended(2)).allSatisfy(r -> assertThat(r.ends()).hasSize(1));
  }

  @Test
  void theFrameworksRouteCountsAndNotTheErrorPages() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/undertow/pattern").status()).isEqualTo(500);
    }
    SeenRequest seen = mesh.only();
    assertThat(seen.route()).isEqualTo("/items/{id}");
    assertThat(seen.ends().get(0).status()).isEqualTo(500);
    assertThat(seen.ends().get(0).error().orElseThrow())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aServletsMappingIsTheRouteOtherwise() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/undertow/decoded?q=1").status()).isEqualTo(200);
      assertThat(wire.get("/nothing").status()).isEqualTo(404);
    }
    assertThat(mesh.ended(2)).extracting(SeenRequest::route).containsExactly("/undertow/*", "");
  }

  @Test
  void pathAndQueryAreStillDecoded() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/undertow/dec%6Fded?q=%41%2Bb").text()).isEqualTo("A+b");
    }
    assertThat(mesh.only().path()).isEqualTo("/undertow/dec%6Fded");
    assertThat(mesh.only().query()).isEqualTo("q=%41%2Bb");
  }

  @Test
  void aRequestWithAsManyHeadersAsAllowedGetsOursToo() throws Exception {
    String[] headers = new String[199];
    Arrays.setAll(headers, i -> "x-" + i + ": " + i);
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.get("/headers", headers).text()).contains("[URI=" + CLIENT_ID + "]");
    }
  }

  @Test
  void aForgedIdentityBehindTheBodyIsRemovedToo() throws Exception {
    mesh.guards(true);
    try (RawConnection wire = RawConnection.plain(server.port())) {
      for (boolean off : new boolean[] {false, true}) {
        mesh.disabled(off);
        wire.send(
            "POST /undertow/trailers HTTP/1.1\r\nHost: localhost\r\n"
                + "Transfer-Encoding: chunked\r\n"
                + "\r\n3\r\nabc\r\n0\r\nX-Forwarded-Client-Cert: URI=spiffe://forged\r\n"
                + "X-Mine: kept\r\n\r\n");
        assertThat(wire.response().text()).isEqualToIgnoringCase("{x-mine=kept}");
      }
    }
  }

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

  private String agreed(RunningServer server, String... offered) throws Exception {
    try (RawConnection wire = RawConnection.tls(server.port(), client, offered)) {
      return wire.protocol();
    }
  }

  @Test
  void bodiesPassOverHttp2() throws Exception {
    File body = TemporaryFiles.file("body", ".bin");
    Files.write(body.toPath(), new byte[3_000_000]);
    String data = "@" + body.getPath();
    assertThat(
            Curl.with(client)
                .status(
                    server.port(), "/echo", "--http2", "--data-binary", data, "-o", "/dev/null"))
        .isEqualTo("200 2");
  }

  @Test
  void parallelStreamsAreRequestsOfTheirOwn() throws Exception {
    Curl.with(client).get(server.port(), "/async?[1-30]", "--http2", "-Z");
    assertThat(mesh.ended(30))
        .allSatisfy(r -> assertThat(r.protocolVersion()).isEqualTo("2"))
        .allSatisfy(r -> assertThat(r.peerId()).isEqualTo(CLIENT_ID))
        .allSatisfy(r -> assertThat(r.ends()).containsExactly(OK))
        .extracting(SeenRequest::query)
        .doesNotHaveDuplicates();
  }

  @Test
  void howAClientLeavesThatHasItsAnswerIsNotItsError() throws Exception {
    List<Leave> ways =
        List.of(
            RawHttp2Connection::cancel,
            (wire, stream) -> wire.goAway(),
            (wire, stream) -> wire.reset(),
            (wire, stream) -> wire.close());
    int count = 0;
    for (Leave way : ways) {
      for (String path : List.of("/hello", "/async", "/stream", "/file")) {
        try (RawHttp2Connection wire = RawHttp2Connection.connect(server.port(), client)) {
          int stream = wire.get(path, "https");
          assertThat(wire.untilEnded(stream)).as(path).isEqualTo(0x88);
          way.leave(wire, stream);
        }
        count++;
      }
    }
    assertThat(mesh.ended(count)).allSatisfy(r -> assertThat(r.ends()).containsExactly(OK));
  }

  @Test
  void aStreamThatIsResetBeforeItsResponseHasEndedHasAnError() throws Exception {
    try (RawHttp2Connection wire = RawHttp2Connection.connect(server.port(), client)) {
      int stream = wire.get("/undertow/cancelled", "https");
      Eventually.eventually(() -> mesh.seen().size() == 1, () -> "the request's begin");
      wire.cancel(stream);
      SeenRequest.End end = mesh.only().ends().get(0);
      assertThat(end.error().orElseThrow()).isInstanceOf(IOException.class);
    }
  }

  /** How a client goes that has its answer. */
  @FunctionalInterface
  private interface Leave {
    void leave(RawHttp2Connection wire, int stream) throws IOException;
  }
}
