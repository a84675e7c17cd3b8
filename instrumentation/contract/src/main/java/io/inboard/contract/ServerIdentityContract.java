// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Verdict;
import io.inboard.identity.DevelopmentCa;
import io.inboard.identity.Identity;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Whom an application is told that it talks to, on every server library: never somebody that only
 * says so, and nobody for longer than the certificate lasts. A part of {@link ServerContract}.
 */
public abstract class ServerIdentityContract extends ServerTlsContract {
  private static final String FORGED = "URI=spiffe://cluster.local/ns/shop/sa/admin";

  /** Names compare without case (RFC 9110 section 5.1); all of them at once. */
  private static final String[] HEADERS = {
    "x-forwarded-client-cert: " + FORGED,
    "X-Forwarded-Client-Cert: " + FORGED,
    "X-FORWARDED-CLIENT-CERT: By=x;" + FORGED,
    "x-mine: kept",
    "x-Forwarded-client-CERT:" + FORGED
  };

  private List<RawConnection> wires(Mode mode) throws IOException {
    mesh.mode(mode);
    return switch (mode) {
      case DISABLE -> List.of(RawConnection.plain(server.port()));
      case PERMISSIVE -> both();
      case STRICT -> List.of(RawConnection.tls(server.port(), client));
    };
  }

  @Test
  @Shows(Feature.IDENTITY)
  void aForgedIdentityIsRemovedInEveryModeAlsoWhileTheMeshIsSwitchedOff() throws Exception {
    mesh.guards(true);
    mesh.disabled(true);
    for (Mode mode : Mode.values()) {
      for (RawConnection wire : wires(mode)) {
        try (wire) {
          for (int i = 0; i < 2; i++) {
            assertThat(wire.get("/headers", HEADERS).text())
                .as("%s", mode)
                .contains("x-forwarded-client-cert=[]")
                .contains("x-mine=[kept]");
          }
          assertThat(wire.get("/headers", "x-mine: kept").text()).contains("x-mine=[kept]");
        }
      }
    }
    assertThat(mesh.seen()).isEmpty();
  }

  /** An application that reads headers as CGI does takes an underscore for a hyphen. */
  @Test
  void aForgedIdentityIsRemovedInItsSpellingsWithUnderscores() throws Exception {
    mesh.guards(true);
    for (boolean off : new boolean[] {false, true}) {
      mesh.disabled(off);
      for (String name : new String[] {"x_forwarded_client_cert", "X_Forwarded-Client_Cert"}) {
        try (RawConnection wire = RawConnection.plain(server.port())) {
          assertThat(wire.get("/headers", name + ": " + FORGED, "x_mine: kept").text())
              .as("%s, switched off: %s", name, off)
              .doesNotContain(FORGED)
              .contains("x_mine=[kept]");
        }
      }
    }
  }

  @Test
  void aForgedIdentityIsRemovedFromHttp2WhileTheMeshIsSwitchedOff() throws Exception {
    Assumptions.assumeTrue(http2(), library() + " speaks no HTTP/2");
    mesh.guards(true);
    mesh.disabled(true);
    String forged = "x-forwarded-client-cert: " + FORGED;
    assertThat(
            Curl.with(client)
                .get(server.port(), "/headers", "--http2", "-H", forged, "-H", "x-mine: kept"))
        .contains("x-forwarded-client-cert=[]")
        .contains("x-mine=[kept]");
  }

  @Test
  void whereTheMeshHasNoSayTheHeaderIsTheApplications() throws Exception {
    mesh.disabled(true);
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/headers", HEADERS[0]).text())
          .contains("x-forwarded-client-cert=[" + FORGED + "]");
    }
  }

  @Test
  void aForgedIdentityIsRemovedBehindTheApplicationsOwnTls() throws Exception {
    Optional<RunningServer> own =
        startWithOwnTls(Workload.of(FOREIGN_CA.issue("spiffe://own.example/tls")));
    Assumptions.assumeTrue(own.isPresent(), library() + " has no TLS of its own");
    mesh.guards(true);
    mesh.disabled(true);
    try (RunningServer secured = own.get();
        RawConnection wire = RawConnection.tls(secured.port(), Workload.anonymous(FOREIGN_CA))) {
      assertThat(wire.get("/headers", HEADERS).text()).contains("x-forwarded-client-cert=[]");
    }
  }

  @Test
  void noErrorOfOursPassesAForgedIdentity() throws Exception {
    mesh.guards(true);
    mesh.beginFails(true);
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/headers", HEADERS).text())
            .contains("x-forwarded-client-cert=[]")
            .contains("x-mine=[kept]");
      }
    }
    mesh.beginFails(false);
    mesh.headersFail(true);
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/headers", HEADERS).text()).contains("x-forwarded-client-cert=[]");
      }
    }
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  // --- Certificates that expire while their connection is open.

  @Test
  void aPeerWhoseCertificateExpiresIsNobodyFromTheNextRequestOn() throws Exception {
    MovedClock clock = new MovedClock();
    mesh.tls(tlsOf(longLived(), clock));
    for (Mode mode : new Mode[] {Mode.PERMISSIVE, Mode.STRICT}) {
      mesh.mode(mode);
      int before = calls();
      try (RawConnection wire = RawConnection.tls(server.port(), shortLived(clock))) {
        assertThat(wire.get("/headers").text()).contains("[URI=" + CLIENT_ID + "]");
        clock.forward(Duration.ofHours(2));
        RawConnection.Response response = wire.get("/headers");
        if (mode == Mode.STRICT) {
          assertThat(response.status()).isEqualTo(403);
          assertThat(response.body()).isEmpty();
        } else {
          assertThat(response.text()).contains("x-forwarded-client-cert=[]");
        }
      }
      assertThat(calls() - before).isEqualTo(mode == Mode.STRICT ? 1 : 2);
    }
    mesh.refused(1);
  }

  @Test
  void itIsNobodyThoughTheMeshIsSwitchedOff() throws Exception {
    MovedClock clock = new MovedClock();
    mesh.tls(tlsOf(longLived(), clock));
    mesh.mode(Mode.STRICT);
    mesh.disabled(true);
    try (RawConnection wire = RawConnection.tls(server.port(), shortLived(clock))) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
      clock.forward(Duration.ofHours(2));
      assertThat(wire.get("/hello").status()).isEqualTo(403);
    }
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void aPeerWhoseRootIsRemovedIsNobodyFromTheNextRequestOn() throws Exception {
    DevelopmentCa.Issued own = CA.issue(SERVER_ID);
    Identity identity = new Identity();
    identity.settings(filesOf(own));
    mesh.tls(tlsOf(identity));
    mesh.mode(Mode.STRICT);
    try (RawConnection wire = RawConnection.tls(server.port(), Workload.of(CA.issue(CLIENT_ID)))) {
      assertThat(wire.get("/headers").text()).contains("[URI=" + CLIENT_ID + "]");
      String others = DevelopmentCa.create().bundlePem();
      identity.settings(filesOf(new DevelopmentCa.Issued(own.chainPem(), own.keyPem(), others)));
      assertThat(wire.get("/headers").status()).isEqualTo(403);
    }
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  @Shows(Feature.HTTP2)
  void theStreamsOfAnOpenHttp2ConnectionAreJudgedOneByOne() throws Exception {
    Assumptions.assumeTrue(http2(), library() + " speaks no HTTP/2");
    Assumptions.assumeTrue(curlKeepsHttp2(), "curl makes a connection for each request");
    MovedClock clock = new MovedClock();
    mesh.tls(tlsOf(longLived(), clock));
    mesh.mode(Mode.STRICT);
    mesh.verdicts(
        request -> {
          clock.forward(Duration.ofHours(2));
          return Verdict.ALLOW;
        });
    // One connection, one stream after the other; the first moves the clock.
    String said =
        Curl.with(shortLived(clock))
            .status(server.port(), "/hello?[1-3]", "--http2", "-o", "/dev/null");
    assertThat(said).isEqualTo("200 2403 2403 2");
    assertThat(calls()).isEqualTo(1);
  }

  private static DevelopmentCa.Issued longLived() {
    Instant now = Instant.now();
    return CA.issue(SERVER_ID, now.minusSeconds(60), now.plus(Duration.ofDays(10)));
  }

  private static Workload shortLived(MovedClock clock) {
    Instant now = clock.instant();
    return Workload.of(
        CA.issue(CLIENT_ID, Instant.now().minusSeconds(60), now.plus(Duration.ofHours(1))));
  }

  /** The clock of the identity; the JDK's own path validation goes by that of the machine. */
  private static final class MovedClock extends Clock {
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    void forward(Duration by) {
      ahead.updateAndGet(by::plus);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead.get());
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
