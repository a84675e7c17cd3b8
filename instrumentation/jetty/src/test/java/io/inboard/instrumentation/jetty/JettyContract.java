// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.InboundTls;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import io.inboard.contract.Curl;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RawHttp2Connection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServletContract;
import io.inboard.contract.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/** The contract for one version of Jetty. */
abstract class JettyContract extends ServletContract {
  private final JettyLoader jetty;

  JettyContract(String version) {
    this.jetty = new JettyLoader(version);
  }

  @Override
  protected String servlet(String rest) {
    return "/jetty/" + rest;
  }

  @Override
  protected RunningServer start() throws Exception {
    return jetty.start(Map.of("http2", "yes"));
  }

  @Override
  protected RunningServer startWith(Executor threads) throws Exception {
    return jetty.start(Map.of("http2", "yes"), Optional.of(threads));
  }

  @Override
  protected RunningServer startHandlers(Router router) throws Exception {
    return jetty.start(Map.of("router", router.name()));
  }

  @Override
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws Exception {
    return Optional.of(jetty.start(Map.of("keystore", identity.keyStoreFile())));
  }

  @Override
  protected String library() {
    return "jetty";
  }

  @Override
  protected boolean http2() {
    return true;
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

  /** Jetty's own timer is set so that it has no part in it. */
  @Test
  void whatStallsBeforeItsRequestIsClosedInTime() throws Exception {
    mesh.handshakeMillis(300);
    try (RunningServer patient = jetty.start(Map.of("idle", "600000"))) {
      try (RawConnection stalled = RawConnection.plain(patient.port())) {
        stalled.send(new byte[] {0x16, 0x03, 0x01});
        stalled.untilClosed();
      }
      mesh.refusedFor(Refusal.TIMEOUT);
      mesh.mode(Mode.STRICT);
      try (RawConnection silent = RawConnection.plain(patient.port())) {
        assertThat(silent.untilClosed()).isEmpty();
      }
      try (RawConnection told = RawConnection.plain(patient.port())) {
        told.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n");
        toldThatThePortWantsMutualTls(told.response());
        assertThat(told.untilClosed()).isEmpty();
      }
    }
  }

  @Test
  void aRefusedRequestWhoseBodyHasNotComeEndsItsConnection() throws Exception {
    mesh.deny(403);
    for (RawConnection wire : both()) {
      try (wire) {
        // Jetty waits for the first byte of a body before it asks anybody.
        wire.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nb");
        RawConnection.Response refused = wire.response();
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.header("connection")).isEqualTo("close");
        assertThat(wire.untilClosed()).isEmpty();
      }
    }
    assertThat(calls()).isZero();
  }

  /** A session that is resumed asks nobody whether its certificate still counts. */
  @Test
  void aHandshakeThatProvesNobodyIsNoConnection() throws Exception {
    mesh.tls(new Forgetful(tlsOf(CA.issue(SERVER_ID))));
    assertThatThrownBy(
            () -> {
              try (RawConnection wire = RawConnection.tls(server.port(), client)) {
                wire.get("/hello");
              }
            })
        .isInstanceOf(IOException.class);
    mesh.refusedFor(Refusal.EXPIRED);
    assertThat(mesh.seen()).isEmpty();
  }

  /** Knows nobody. */
  private record Forgetful(InboundTls tls) implements InboundTls {
    @Override
    public Mode mode(int localPort) {
      return tls.mode(localPort);
    }

    @Override
    public SSLEngine engine(List<String> preferred, List<String> possible) throws SSLException {
      return tls.engine(preferred, possible);
    }

    @Override
    public Optional<PeerIdentity> peer(SSLSession session) {
      return Optional.empty();
    }

    @Override
    public int handshakeMillis() {
      return tls.handshakeMillis();
    }
  }

  @Test
  void theApplicationSeesTheRequestThatItWouldSeeWithoutUs() throws Exception {
    String seen = "http false http://localhost/jetty/seen 80";
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/jetty/seen").text()).isEqualTo(seen);
      }
    }
    assertThat(
            Curl.with(client).get(server.port(), "/jetty/seen", "--http2", "-H", "Host: localhost"))
        .isEqualTo(seen + " 2");
  }

  @Test
  void aHundredMegabytesInChunksPassBothWays() throws Exception {
    hundredMegabytesInChunksPassBothWays();
  }

  // --- A server whose class has a method of its own where Jetty asks it.

  @Test
  void aServerOfTheApplicationsOwnIsAskedForNothingThatIsRefused() throws Exception {
    for (String own : List.of("alone", "asks")) {
      try (RunningServer subclass = jetty.start(Map.of("own", own, "http2", "yes"))) {
        mesh.deny(403);
        for (String path : List.of("/hello", "/nothing")) {
          assertThat(status(RawConnection.plain(subclass.port()), path)).isEqualTo(403);
          assertThat(status(RawConnection.tls(subclass.port(), client), path)).isEqualTo(403);
        }
        assertThat(
                Curl.with(client).status(subclass.port(), "/hello", "--http2", "-o", "/dev/null"))
            .isEqualTo("403 2");
        mesh.verdicts(request -> Verdict.ALLOW);
        mesh.mode(Mode.STRICT);
        assertThat(status(RawConnection.tls(subclass.port(), client), "/hello")).isEqualTo(200);
        mesh.mode(Mode.PERMISSIVE);
        try (RawConnection wire = RawConnection.plain(subclass.port())) {
          assertThat(wire.get("/hello").status()).isEqualTo(200);
          mesh.mode(Mode.STRICT);
          assertThat(wire.get("/hello").status()).isEqualTo(400);
        }
        mesh.mode(Mode.PERMISSIVE);
      }
    }
    assertThat(calls()).isEqualTo(4);
  }

  @Test
  void aServerOfTheApplicationsOwnServesWhatTheMeshHasCorrectedAndFollows() throws Exception {
    mesh.guards(true);
    int count = 0;
    for (String own : List.of("alone", "asks")) {
      try (RunningServer subclass = jetty.start(Map.of("own", own));
          RawConnection plain = RawConnection.plain(subclass.port());
          RawConnection tls = RawConnection.tls(subclass.port(), client)) {
        String forged = "x-forwarded-client-cert: URI=spiffe://forged";
        for (int i = 0; i < 2; i++) {
          assertThat(plain.get("/headers", forged).text()).contains("x-forwarded-client-cert=[]");
          assertThat(tls.get("/headers", forged).text())
              .contains("x-forwarded-client-cert=[URI=" + CLIENT_ID + "]");
          assertThat(tls.get("/jetty/dispatch").text()).isEqualTo("dispatched in /jetty/dispatch");
          count += 3;
        }
      }
    }
    assertThat(mesh.ended(count))
        .allSatisfy(r -> assertThat(r.ends()).hasSize(1))
        .allSatisfy(r -> assertThat(r.ends().get(0).status()).isEqualTo(200));
  }

  private static int status(RawConnection wire, String path) throws IOException {
    try (wire) {
      return wire.get(path).status();
    }
  }

  /** A gateway in front says how its own client came; the hop between the two is no word on it. */
  @Test
  void whatAProxySaysOfTheSchemeCountsOverTlsAsInPlaintext() throws Exception {
    try (RunningServer behind = jetty.start(Map.of("forwarded", "yes", "http2", "yes"))) {
      for (String header :
          List.of(
              "X-Forwarded-Proto: https",
              "X-Forwarded-Proto: http",
              "Forwarded: proto=https",
              "X-Proxied-Https: on",
              "X-Nothing: said")) {
        String seen = seen(RawConnection.plain(behind.port()), header);
        assertThat(seen)
            .as(header)
            .startsWith(
                header.endsWith("http") || header.endsWith("said") ? "http false" : "https true");
        assertThat(seen(RawConnection.tls(behind.port(), client), header))
            .as(header)
            .isEqualTo(seen);
        assertThat(
                Curl.with(client)
                    .get(
                        behind.port(),
                        "/jetty/seen",
                        "--http2",
                        "-H",
                        "Host: localhost",
                        "-H",
                        header))
            .as(header)
            .isEqualTo(seen + " 2");
      }
    }
  }

  private static String seen(RawConnection wire, String header) throws IOException {
    try (wire) {
      return wire.get("/jetty/seen", header).text();
    }
  }

  /** Jetty believes a target that says https, as one may that a proxy was asked for. */
  @Test
  void whatATargetSaysOfTheSchemeCountsOverTlsAsInPlaintext() throws Exception {
    for (String scheme : List.of("https", "HTTPS", "http")) {
      List<String> seen = new ArrayList<>();
      for (RawConnection wire : both()) {
        try (wire) {
          wire.send(
              "GET " + scheme + "://localhost/jetty/seen HTTP/1.1\r\nHost: localhost\r\n\r\n");
          seen.add(wire.response().text());
          assertThat(wire.get("/jetty/seen").text()).startsWith("http false ");
        }
      }
      assertThat(seen.get(1)).as(scheme).isEqualTo(seen.get(0));
    }
  }

  /** Jetty judges names of servers where the application's configuration is that of its https. */
  @Test
  void noNameOfAServerIsAskedFor() throws Exception {
    mesh.mode(Mode.STRICT);
    try (RunningServer shared = jetty.start(Map.of("customizer", "yes", "http2", "yes"));
        RawConnection wire = RawConnection.tls(shared.port(), client)) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
      assertThat(wire.get("/jetty/seen").text()).startsWith("http false ");
      assertThat(Curl.with(client).get(shared.port(), "/hello", "--http2")).isEqualTo("hello 2");
    }
    assertThat(mesh.ended(3)).allSatisfy(r -> assertThat(r.scheme()).isEqualTo("http"));
  }

  // --- HTTP/2.

  @Test
  void http2IsForThoseAloneWhoSpeakNothingElseWhereTheApplicationHasNotEnabledIt()
      throws Exception {
    try (RunningServer usual = jetty.start(Map.of())) {
      assertThat(agreed(usual, "http/1.1", "h2")).isEqualTo("http/1.1");
      assertThat(agreed(usual, "h2", "http/1.1")).isEqualTo("http/1.1");
      assertThat(agreed(usual, "istio-h2", "istio", "h2")).isEqualTo("h2");
      try (RawHttp2Connection wire = RawHttp2Connection.connect(usual.port(), client)) {
        assertThat(wire.bodyOf(wire.get("/hello", "http"))).isEqualTo("hello");
      }
    }
  }

  @Test
  void http2IsSpokenWhereTheApplicationHasEnabledItForPlaintext() throws Exception {
    try (RunningServer enabled = jetty.start(Map.of("http2", "yes"))) {
      assertThat(agreed(enabled, "http/1.1", "h2")).isEqualTo("h2");
      assertThat(agreed(enabled, "http/1.1")).isEqualTo("http/1.1");
      assertThat(Curl.with(client).get(enabled.port(), "/hello", "--http2")).isEqualTo("hello 2");
    }
  }
}
