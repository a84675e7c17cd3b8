// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.PAYMENTS;
import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Refusal;
import io.inboard.settings.InboundSettings.MtlsMode;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a change of the files does to connections; the client is openssl, which says what it does.
 */
class RotationTest {
  @TempDir File directory;

  private final DevelopmentCa ca = DevelopmentCa.create();
  private TestPeer payments;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    ca.issue(WEB).save(new File(directory, "web"));
    payments = TestPeer.of(new File(directory, "payments"), ca.issue(PAYMENTS));
    server = new TestServer(payments.inbound(MtlsMode.STRICT), "http/1.1");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private String connect(String... more) throws Exception {
    String[] arguments = {
      "-cert", "web/cert-chain.pem", "-key", "web/key.pem", "-sess_out", "session.pem"
    };
    String[] all = new String[arguments.length + more.length];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return OpenSslClient.connect(server.port(), directory, all);
  }

  private static String leaf(DevelopmentCa.Issued issued) {
    return issued.chainPem().lines().skip(1).limit(3).reduce("", (a, b) -> a + b + "\n");
  }

  @Test
  void aNewConnectionShowsTheNewCertificate() throws Exception {
    connect();
    assertThat(server.outcome()).startsWith("ok");
    DevelopmentCa.Issued next = ca.issue(PAYMENTS);

    payments.rotate(next);

    assertThat(connect()).contains(leaf(next));
    assertThat(server.outcome()).startsWith("ok");
  }

  @Test
  void sessionsAreResumedWithinAGenerationAndTheIdentityIsKnownThen() throws Exception {
    for (String version : new String[] {"-tls1_3", "-tls1_2"}) {
      assertThat(connect(version)).contains("New, TLS");
      assertThat(server.outcome()).isEqualTo("ok " + WEB + " ");

      assertThat(connect(version, "-sess_in", "session.pem")).contains("Reused, TLS");

      assertThat(server.outcome()).isEqualTo("ok " + WEB + " ");
    }
  }

  @Test
  void aRemovedRootRefusesEvenAClientThatWouldResume() throws Exception {
    for (String version : new String[] {"-tls1_3", "-tls1_2"}) {
      payments.rotate(ca.issue(PAYMENTS));
      connect(version);
      assertThat(server.outcome()).startsWith("ok");
      DevelopmentCa.Issued own = ca.issue(PAYMENTS);

      payments.rotate(
          new DevelopmentCa.Issued(
              own.chainPem(), own.keyPem(), DevelopmentCa.create().bundlePem()));

      assertThat(connect(version, "-sess_in", "session.pem")).doesNotContain("Reused, TLS");
      assertThat(server.outcome()).startsWith("failed").contains("not trusted by our bundle");
    }
  }

  @Test
  void noSessionIsResumedAfterThePeersCertificateHasExpired() throws Exception {
    Instant soon = Instant.now().plusSeconds(3);
    ca.issue(WEB, soon.minusSeconds(60), soon).save(new File(directory, "web"));
    connect();
    assertThat(server.outcome()).startsWith("ok");
    while (Instant.now().isBefore(soon.plusMillis(100))) {
      Thread.sleep(50);
    }

    assertThat(connect("-sess_in", "session.pem")).doesNotContain("Reused, TLS");

    assertThat(server.outcome()).startsWith("failed").contains("expired at");
  }

  @Test
  void aPeerIsNobodyAnyMoreOnceItsCertificateHasExpired() throws Exception {
    Instant soon = Instant.now().plusSeconds(60);
    DevelopmentCa.Issued issued = ca.issue(WEB, soon.minusSeconds(120), soon);
    byte[] pem = issued.chainPem().getBytes(StandardCharsets.US_ASCII);
    var session = new FixedSession(Pem.parse("chain", pem).certificates());
    Instant[] now = {soon.minusSeconds(1)};
    TestPeer ticking = new TestPeer(payments.directory, new MovedClock(() -> now[0]));
    ticking.identity.settings(TestPeer.files(payments.directory));
    MeshInboundTls inbound = ticking.inbound(MtlsMode.STRICT);

    assertThat(inbound.peer(session).orElseThrow().id()).isEqualTo(WEB);
    assertThat(session.asked).isEqualTo(1);
    assertThat(inbound.peer(session)).as("kept in the session").isPresent();
    assertThat(session.asked).isEqualTo(1);

    now[0] = soon.plusSeconds(1);
    assertThat(inbound.peer(session)).isEmpty();
    assertThat(inbound.lapsed(session)).isEqualTo(Refusal.EXPIRED);
  }

  @Test
  void aPeerOfAConnectionThatIsOpenIsNobodyAnyMoreOnceItsRootIsRemoved() throws Exception {
    FixedSession session = session(ca.issue(WEB));
    MeshInboundTls inbound = payments.inbound(MtlsMode.STRICT);
    assertThat(inbound.peer(session).orElseThrow().id()).isEqualTo(WEB);
    DevelopmentCa.Issued own = ca.issue(PAYMENTS);

    // The same roots in another generation: judged once more, and still known.
    payments.rotate(ca.issue(PAYMENTS));
    assertThat(inbound.peer(session).orElseThrow().id()).isEqualTo(WEB);
    assertThat(session.asked).isEqualTo(2);
    assertThat(inbound.peer(session)).as("kept in the session").isPresent();
    assertThat(session.asked).isEqualTo(2);

    payments.rotate(
        new DevelopmentCa.Issued(own.chainPem(), own.keyPem(), DevelopmentCa.create().bundlePem()));
    assertThat(inbound.peer(session)).isEmpty();
    assertThat(inbound.peer(session)).isEmpty();
    assertThat(session.asked).as("the verdict is kept as well").isEqualTo(3);
    assertThat(inbound.lapsed(session)).isEqualTo(Refusal.NO_LONGER_TRUSTED);

    payments.rotate(own);
    assertThat(inbound.peer(session)).as("the root is back").isPresent();
  }

  @Test
  void aPeerWhomNoTrustManagerOfThisGenerationSawIsJudgedByItsWholeChain() throws Exception {
    MeshInboundTls inbound = payments.inbound(MtlsMode.STRICT);
    assertThat(inbound.peer(session(DevelopmentCa.create().issue(WEB)))).isEmpty();
  }

  private static FixedSession session(DevelopmentCa.Issued issued) throws Exception {
    byte[] pem = issued.chainPem().getBytes(StandardCharsets.US_ASCII);
    return new FixedSession(Pem.parse("chain", pem).certificates());
  }
}
