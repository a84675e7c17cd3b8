// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.contract.Curl;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RawHttp2Connection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SeenRequest;
import io.inboard.contract.ServletContract;
import io.inboard.contract.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** The contract for one version of Tomcat. */
abstract class TomcatContract extends ServletContract {
  private static final String NIO2 = "org.apache.coyote.http11.Http11Nio2Protocol";
  private final TomcatLoader tomcat;

  TomcatContract(String version) {
    this.tomcat = new TomcatLoader(version);
  }

  @Override
  protected String servlet(String rest) {
    return "/tomcat/" + rest;
  }

  @Override
  protected RunningServer startTakingTrailers() throws Exception {
    String allowed = "x-forwarded-client-cert,x-mine";
    return tomcat.start(TomcatLoader.NIO, Map.of("allowedTrailerHeaders", allowed));
  }

  @Override
  protected RunningServer start() throws Exception {
    return tomcat.start(TomcatLoader.NIO, Map.of("http2", "yes"));
  }

  @Override
  protected RunningServer startWith(Executor threads) throws Exception {
    return tomcat.start(TomcatLoader.NIO, Map.of("http2", "yes"), Optional.of(threads));
  }

  @Override
  protected RunningServer startHandlers(Router router) throws Exception {
    return tomcat.start(
        TomcatLoader.NIO, Map.of("router", router.name(), "relaxedPathChars", "\\"));
  }

  @Override
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws Exception {
    return Optional.of(tomcat.start(TomcatLoader.NIO, Map.of("keystore", identity.keyStoreFile())));
  }

  /** It ends a connection with more than ten of them. */
  @Override
  protected int pingsAtMost() {
    return 8;
  }

  @Override
  protected String library() {
    return "tomcat";
  }

  @Override
  protected boolean http2() {
    return true;
  }

  /**
   * Tomcat closes after a 503 of the application's, too (Http11Processor.statusDropsConnection).
   */
  @Override
  protected boolean staysOpenAfterRefusal(int status) {
    return status != 503;
  }

  // --- Connections.

  @Test
  void aMeshConnectionIsNotClosedAfterTomcatsLimitOfRequests() throws Exception {
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      for (int i = 0; i < 150; i++) {
        assertThat(wire.get("/hello").header("connection")).isEmpty();
      }
    }
    try (RawConnection wire = RawConnection.plain(server.port())) {
      for (int i = 1; i < 100; i++) {
        assertThat(wire.get("/hello").header("connection")).isEmpty();
      }
      assertThat(wire.get("/hello").header("connection")).isEqualTo("close");
    }
  }

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
  void requestsOfNio2AreReportedAndClosedOnceThePortIsStrict() throws Exception {
    try (RunningServer nio2 = tomcat.start(NIO2, Map.of());
        RawConnection wire = RawConnection.plain(nio2.port())) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
      SeenRequest seen = mesh.only();
      assertThat(seen.local().getPort()).isEqualTo(nio2.port());
      assertThat(seen.remote().getPort()).isNotZero();
      assertThat(seen.remote().getAddress().isLoopbackAddress()).isTrue();
      mesh.deny(403);
      assertThat(wire.get("/hello").status()).isEqualTo(403);
      mesh.mode(Mode.STRICT);
      toldThatThePortWantsMutualTls(wire.get("/hello"));
      assertThat(wire.untilClosed()).isEmpty();
    }
    mesh.refusedFor(Refusal.PLAINTEXT);
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void nio2DoesNotStartInStrict() {
    mesh.mode(Mode.STRICT);
    assertThatThrownBy(() -> tomcat.start(NIO2, Map.of()))
        .hasStackTraceContaining("inbound.mtls is STRICT")
        .hasStackTraceContaining("Http11Nio2Protocol cannot be given mutual TLS")
        .hasStackTraceContaining("portLevelMtls");
  }

  /** Tomcat passes on what it could not read, for an error page. */
  @Test
  void aHeadThatCannotBeReadIsABadRequestWhateverTheRulesSay() throws Exception {
    for (int verdict : new int[] {0, 403}) {
      if (verdict > 0) {
        mesh.deny(verdict);
      }
      for (String head : List.of("GET /he{llo HTTP/1.1", "G@T /hello HTTP/1.1")) {
        try (RawConnection wire = RawConnection.plain(server.port())) {
          wire.send(head + "\r\nHost: localhost\r\n\r\n");
          assertThat(wire.response().status()).as(head).isEqualTo(400);
          assertThat(wire.untilClosed()).isEmpty();
        }
      }
    }
    assertThat(calls()).isZero();
  }

  // --- HTTP/2.

  @Test
  void http2IsForThoseAloneWhoSpeakNothingElseWhereTheApplicationHasNotEnabledIt()
      throws Exception {
    try (RunningServer usual = tomcat.start(TomcatLoader.NIO, Map.of())) {
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
    try (RunningServer enabled = tomcat.start(TomcatLoader.NIO, Map.of("http2", "yes"))) {
      assertThat(agreed(enabled, "http/1.1", "h2")).isEqualTo("h2");
      assertThat(agreed(enabled, "http/1.1")).isEqualTo("http/1.1");
      assertThat(Curl.with(client).get(enabled.port(), "/hello", "--http2")).isEqualTo("hello 2");
    }
  }

  @Override
  protected boolean endsWithHead() {
    return false;
  }
}
