// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every server library must do about mutual TLS on the application's own port: the second half
 * of {@link ServerContract}.
 */
public abstract class ServerTlsContract extends ServerFixture {
  @Test
  void anHttpRequestInPlaintextIsToldInStrictWhyItIsRefused() throws Exception {
    mesh.mode(Mode.STRICT);
    for (String method : new String[] {"GET", "OPTIONS", "M-SEARCH"}) {
      try (RawConnection wire = RawConnection.plain(server.port())) {
        wire.send(method, "/hello", new byte[0]);
        toldThatThePortWantsMutualTls(wire.response());
        assertThat(wire.untilClosed()).isEmpty();
      }
    }
    assertThat(calls()).isZero();
    assertThat(mesh.seen()).isEmpty();
    mesh.refusedFor(Refusal.PLAINTEXT, Refusal.PLAINTEXT, Refusal.PLAINTEXT);
    assertThat(mesh.refusedConnections())
        .allSatisfy(r -> assertThat(r.port()).isEqualTo(server.port()))
        .allSatisfy(r -> assertThat(r.remote().getAddress().isLoopbackAddress()).isTrue());
    mesh.accepted(0, 0);
  }

  @Test
  void theAnswerToAHeadHasNoBody() throws Exception {
    mesh.mode(Mode.STRICT);
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send("HEAD", "/hello", new byte[0]);
      assertThat(wire.response(true).status()).isEqualTo(400);
      assertThat(wire.untilClosed()).isEmpty();
    }
  }

  /**
   * A reset that overtakes the answer would lose it: what still comes is read first. Not of
   * everybody, where that would hold a thread of the application, hence several attempts.
   */
  @Test
  void theAnswerIsNotLostWhenMoreOfTheRequestFollows() throws Exception {
    mesh.mode(Mode.STRICT);
    Eventually.eventually(() -> isToldThoughItSendsOn(), () -> "the answer is lost every time");
    assertThat(calls()).isZero();
    assertThat(mesh.refusedConnections()).allMatch(r -> r.why() == Refusal.PLAINTEXT);
  }

  private boolean isToldThoughItSendsOn() {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send("PO");
      Eventually.pause(20);
      wire.send("ST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n");
      Eventually.pause(20);
      wire.send(new byte[60_000]);
      toldThatThePortWantsMutualTls(wire.response());
      return wire.untilClosed().length == 0;
    } catch (IOException lost) {
      return false;
    }
  }

  /** However many there are, and however long they would stay. */
  @Test
  void peersThatAreToldAndDoNotGoHoldNothing() throws Exception {
    mesh.mode(Mode.STRICT);
    List<RawConnection> stubborn = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      RawConnection wire = RawConnection.plain(server.port());
      wire.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n");
      stubborn.add(wire);
    }
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
    }
    for (RawConnection wire : stubborn) {
      wire.untilClosed();
      wire.close();
    }
    mesh.refused(40);
  }

  /** What the answer says, and that it says nothing else. */
  protected static void toldThatThePortWantsMutualTls(RawConnection.Response answer) {
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
    assertThat(answer.header("content-type")).startsWith("text/plain");
    assertThat(answer.text()).startsWith("This port accepts mutual TLS only").hasLineCount(1);
  }

  @Test
  void garbageIsRefusedInStrictWithoutAByte() throws Exception {
    mesh.mode(Mode.STRICT);
    for (byte[] garbage : new byte[][] {{0}, {0x16, 0x02, 1, 1}, {(byte) 0x80, 0x2e, 1, 3, 1}}) {
      try (RawConnection wire = RawConnection.plain(server.port())) {
        wire.send(garbage);
        assertThat(wire.untilClosed()).as(Arrays.toString(garbage)).isEmpty();
      }
    }
    assertThat(calls()).isZero();
    mesh.refusedFor(Refusal.PLAINTEXT, Refusal.PLAINTEXT, Refusal.PLAINTEXT);
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void mutualTlsIsServedInStrict() throws Exception {
    mesh.mode(Mode.STRICT);
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
      assertThat(wire.get("/async").text()).isEqualTo("later");
    }
    mesh.ended(2);
    mesh.refused(0);
    mesh.accepted(1, 0);
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aPeerThatProvesNothingIsRefused() throws Exception {
    for (Mode mode : new Mode[] {Mode.PERMISSIVE, Mode.STRICT}) {
      mesh.mode(mode);
      Instant now = Instant.now();
      refused(Workload.anonymous(CA));
      refused(Workload.of(FOREIGN_CA.issue(CLIENT_ID)).trusting(CA));
      refused(Workload.of(CA.issue("spiffe://other.example/ns/shop/sa/web")));
      refused(
          Workload.of(
              CA.issue(
                  CLIENT_ID, now.minus(Duration.ofDays(2)), now.minus(Duration.ofMinutes(1)))));
    }
    assertThat(calls()).isZero();
    assertThat(mesh.seen()).isEmpty();
    mesh.refusedFor(
        Refusal.NO_CERTIFICATE,
        Refusal.UNTRUSTED_ROOT,
        Refusal.WRONG_TRUST_DOMAIN,
        Refusal.EXPIRED,
        Refusal.NO_CERTIFICATE,
        Refusal.UNTRUSTED_ROOT,
        Refusal.WRONG_TRUST_DOMAIN,
        Refusal.EXPIRED);
    mesh.accepted(0, 0);
  }

  private void refused(Workload peer) {
    ThrowingCallable attempt =
        () -> {
          try (RawConnection wire = RawConnection.tls(server.port(), peer)) {
            wire.get("/hello");
          }
        };
    assertThatThrownBy(attempt).isInstanceOf(IOException.class);
  }

  /** A handshake is the costliest thing that a peer can ask for, so it has one a connection. */
  @Test
  void anotherHandshakeOnAnOpenConnectionIsRefused() throws Exception {
    for (boolean resumed : new boolean[] {false, true}) {
      try (RawConnection wire = RawConnection.tls12(server.port(), client)) {
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
        assertThatThrownBy(
                () -> {
                  wire.renegotiate(resumed);
                  wire.get("/hello");
                })
            .isInstanceOf(IOException.class);
      }
    }
    assertThat(calls()).isEqualTo(2);
    try (RawConnection wire = RawConnection.tls12(server.port(), client)) {
      assertThat(wire.get("/hello").text()).as("the server goes on").isEqualTo("hello");
    }
  }

  // --- Settings that change, ports that differ.

  @Test
  void aModeHoldsForConnectionsThatComeAfterIt() throws Exception {
    for (int i = 0; i < 3; i++) {
      mesh.mode(Mode.DISABLE);
      try (RawConnection wire = RawConnection.plain(server.port())) {
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
      }
      mesh.mode(Mode.STRICT);
      try (RawConnection wire = RawConnection.plain(server.port())) {
        toldThatThePortWantsMutualTls(wire.get("/hello"));
      }
      try (RawConnection wire = RawConnection.tls(server.port(), client)) {
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
      }
      mesh.mode(Mode.PERMISSIVE);
      for (RawConnection wire : both()) {
        try (wire) {
          assertThat(wire.get("/hello").text()).isEqualTo("hello");
        }
      }
    }
  }

  @Test
  void aPortWithItsOwnModeIsLeftAlone() throws Exception {
    mesh.modes(port -> port == server.port() ? Mode.DISABLE : Mode.STRICT);
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
    }
    assertThat(mesh.only().peerId()).isEmpty();
    assertThatThrownBy(() -> RawConnection.tls(server.port(), client).close())
        .isInstanceOf(IOException.class);
  }

  @Test
  void aNewConnectionSeesARotatedCertificateAndAnOpenOneGoesOn() throws Exception {
    try (RawConnection open = RawConnection.tls(server.port(), client)) {
      assertThat(open.get("/hello").status()).isEqualTo(200);
      mesh.tls(tlsOf(CA.issue(SERVER_ID)));
      assertThat(open.get("/hello").status()).isEqualTo(200);
      try (RawConnection fresh = RawConnection.tls(server.port(), client)) {
        assertThat(fresh.get("/hello").status()).isEqualTo(200);
        assertThat(fresh.serverCertificate()).isNotEqualTo(open.serverCertificate());
      }
    }
  }

  @Test
  void theApplicationsOwnTlsIsLeftAlone() throws Exception {
    Optional<RunningServer> own =
        startWithOwnTls(Workload.of(FOREIGN_CA.issue("spiffe://own.example/tls")));
    Assumptions.assumeTrue(own.isPresent(), library() + " has no TLS of its own");
    mesh.mode(Mode.STRICT);
    try (RunningServer secured = own.get();
        RawConnection wire = RawConnection.tls(secured.port(), Workload.anonymous(FOREIGN_CA))) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
    }
    assertThat(mesh.only().scheme()).isEqualTo("https");
    assertThat(mesh.only().peerId()).isEmpty();
  }

  // --- Connections that do not behave.

  @Test
  void aClientHelloMayComeByteByByte() throws Exception {
    try (RawConnection wire = RawConnection.dribblingTls(server.port(), client)) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
    }
    assertThat(mesh.only().peerId()).isEqualTo(CLIENT_ID);
  }

  @Test
  void plaintextMayComeByteByByte() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      for (char c : "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".toCharArray()) {
        wire.send("" + c);
        Eventually.pause(1);
      }
      assertThat(wire.response().text()).isEqualTo("hello");
    }
  }

  @Test
  void aSilentPeerHoldsNothingInStrict() throws Exception {
    mesh.mode(Mode.STRICT);
    mesh.handshakeMillis(300);
    try (RawConnection silent = RawConnection.plain(server.port());
        RawConnection stalled = RawConnection.plain(server.port())) {
      stalled.send(new byte[] {0x16, 0x03, 0x01});
      assertThat(silent.untilClosed()).isEmpty();
      stalled.untilClosed();
    }
  }

  @Test
  void aStalledHandshakeHoldsNothingInPermissive() throws Exception {
    mesh.handshakeMillis(300);
    try (RawConnection stalled = RawConnection.plain(server.port())) {
      stalled.send(new byte[] {0x16, 0x03, 0x01});
      stalled.untilClosed();
    }
    mesh.refusedFor(Refusal.TIMEOUT);
    try (RawConnection silent = RawConnection.plain(server.port())) {
      Eventually.pause(700);
      assertThat(silent.get("/hello").text()).as("plaintext may wait").isEqualTo("hello");
    }
  }

  @Test
  void aPeerThatOnlyConnectsAndGoesIsNoTrouble() throws Exception {
    for (int i = 0; i < 5; i++) {
      RawConnection.plain(server.port()).close();
      RawConnection wire = RawConnection.plain(server.port());
      wire.send(new byte[] {0x16});
      wire.reset();
    }
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.get("/hello").status()).isEqualTo(200);
    }
  }

  // --- Other implementations of TLS and HTTP/2.

  @Test
  void curlIsServedOverMutualTls() throws Exception {
    assertThat(Curl.with(client).get(server.port(), "/hello", "--http1.1")).isEqualTo("hello 1.1");
    assertThat(mesh.only().peerId()).isEqualTo(CLIENT_ID);
  }

  @Test
  @Shows(Feature.HTTP2)
  void http2IsAgreedOnWhereTheServerCan() throws Exception {
    Assumptions.assumeTrue(http2(), library() + " speaks no HTTP/2");
    Curl curl = Curl.with(client);
    assertThat(curl.get(server.port(), "/hello", "--http2")).isEqualTo("hello 2");
    assertThat(curl.get(server.port(), "/async", "--http2")).isEqualTo("later 2");
    assertThat(
            curl.get(server.port(), "/headers", "--http2", "-H", "x-forwarded-client-cert: forged"))
        .contains("x-forwarded-client-cert=[URI=" + CLIENT_ID + "]");
    mesh.deny(403);
    assertThat(curl.status(server.port(), "/hello", "--http2")).isEqualTo("403 2");
    assertThat(mesh.ended(4))
        .allSatisfy(r -> assertThat(r.peerId()).isEqualTo(CLIENT_ID))
        .allSatisfy(r -> assertThat(r.protocolVersion()).isEqualTo("2"))
        .allSatisfy(r -> assertThat(r.scheme()).isEqualTo("http"))
        .allSatisfy(r -> assertThat(r.ends()).hasSize(1));
    assertThat(calls()).isEqualTo(3);
  }

  @Test
  void aServerWithoutACommonProtocolStillServes() throws Exception {
    try (RawConnection wire =
        RawConnection.tls(server.port(), client, "istio-peer-exchange", "istio")) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
      assertThat(wire.protocol()).isEmpty();
    }
    try (RawConnection wire = RawConnection.tls(server.port(), client, "http/1.1")) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
    }
  }
}
