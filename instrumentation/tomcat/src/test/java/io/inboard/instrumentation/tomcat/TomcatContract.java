// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.contract.Curl;
import io.inboard.contract.Eventually;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RawHttp2Connection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SampleApplication;
import io.inboard.contract.SeenRequest;
import io.inboard.contract.ServerContract;
import io.inboard.contract.TemporaryFiles;
import io.inboard.contract.Workload;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** The contract for one version of Tomcat. */
abstract class TomcatContract extends ServerContract {
  private static final String NIO2 = "org.apache.coyote.http11.Http11Nio2Protocol";
  private static final SeenRequest.End OK = new SeenRequest.End(200, Optional.empty());

  private final TomcatLoader tomcat;

  TomcatContract(String version) {
    this.tomcat = new TomcatLoader(version);
  }

  @Override
  protected RunningServer start() throws Exception {
    return tomcat.start(TomcatLoader.NIO, Map.of());
  }

  @Override
  protected RunningServer startWith(Executor threads) throws Exception {
    return tomcat.start(TomcatLoader.NIO, Map.of(), Optional.of(threads));
  }

  @Override
  protected RunningServer startHandlers(Router router) throws Exception {
    return tomcat.start(
        TomcatLoader.NIO, Map.of("router", router.name(), "relaxedPathChars", "\\"));
  }

  @Override
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws Exception {
    File keystore = TemporaryFiles.file("own", ".p12");
    try (OutputStream out = Files.newOutputStream(keystore.toPath())) {
      identity.keyStore().store(out, "changeit".toCharArray());
    }
    return Optional.of(tomcat.start(TomcatLoader.NIO, Map.of("keystore", keystore.getPath())));
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

  // --- What servlet containers do.

  @Test
  void anUploadOfManyMegabytesArrivesWhole() throws Exception {
    byte[] file = new byte[10 << 20];
    String head = "--limit\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n";
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    body.writeBytes(file);
    body.writeBytes("\r\n--limit--\r\n".getBytes(StandardCharsets.US_ASCII));
    for (RawConnection wire : both()) {
      try (wire) {
        RawConnection.Response response =
            wire.post(
                "/tomcat/upload",
                body.toByteArray(),
                "Content-Type: multipart/form-data; boundary=limit");
        assertThat(response.text()).isEqualTo("" + file.length);
      }
    }
  }

  @Test
  void anUpgradedConnectionCarriesBytesBothWays() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        wire.send("GET", "/tomcat/upgrade", new byte[0], "Connection: Upgrade", "Upgrade: echo");
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
        assertThat(wire.get("/tomcat/dispatch").text()).isEqualTo("dispatched in /tomcat/dispatch");
        assertThat(wire.get("/tomcat/timeout").text()).isEqualTo("timed out in /tomcat/timeout");
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
      assertThat(wire.get("/tomcat/pattern").status()).isEqualTo(500);
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
      assertThat(wire.get("/tomcat/decoded?q=1").status()).isEqualTo(200);
      assertThat(wire.get("/nothing").status()).isEqualTo(404);
    }
    assertThat(mesh.ended(2)).extracting(SeenRequest::route).containsExactly("/tomcat/*", "");
  }

  @Test
  void pathAndQueryAreStillDecoded() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/tomcat/dec%6Fded?q=%41%2Bb").text()).isEqualTo("A+b");
    }
    assertThat(mesh.only().path()).isEqualTo("/tomcat/dec%6Fded");
    assertThat(mesh.only().query()).isEqualTo("q=%41%2Bb");
  }

  @Test
  void aRequestWithAsManyHeadersAsAllowedGetsOursToo() throws Exception {
    String[] headers = new String[99];
    Arrays.setAll(headers, i -> "x-" + i + ": " + i);
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.get("/headers", headers).text()).contains("[URI=" + CLIENT_ID + "]");
    }
  }

  @Test
  void aForgedIdentityBehindTheBodyIsRemovedToo() throws Exception {
    mesh.guards(true);
    String allowed = "x-forwarded-client-cert,x-mine";
    try (RunningServer open =
            tomcat.start(TomcatLoader.NIO, Map.of("allowedTrailerHeaders", allowed));
        RawConnection wire = RawConnection.plain(open.port())) {
      for (boolean off : new boolean[] {false, true}) {
        mesh.disabled(off);
        wire.send(
            "POST /tomcat/trailers HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                + "\r\n3\r\nabc\r\n0\r\nX-Forwarded-Client-Cert: URI=spiffe://forged\r\n"
                + "X-Mine: kept\r\n\r\n");
        assertThat(wire.response().text()).isEqualToIgnoringCase("{x-mine=kept}");
      }
    }
  }

  // --- HTTP/2.

  @Test
  void aClientGetsTheVersionOfHttpThatItWantsMost() throws Exception {
    assertThat(agreed(server, "http/1.1", "h2")).isEqualTo("http/1.1");
    assertThat(agreed(server, "h2", "http/1.1")).isEqualTo("h2");
    assertThat(agreed(server, "istio-h2", "istio", "h2")).isEqualTo("h2");
  }

  @Test
  void http2IsSpokenWhereTheApplicationHasEnabledItForPlaintext() throws Exception {
    try (RunningServer enabled = tomcat.start(TomcatLoader.NIO, Map.of("http2", "yes"))) {
      assertThat(agreed(enabled, "http/1.1", "h2")).isEqualTo("h2");
      assertThat(agreed(enabled, "http/1.1")).isEqualTo("http/1.1");
      assertThat(Curl.with(client).get(enabled.port(), "/hello", "--http2")).isEqualTo("hello 2");
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
    Files.write(body.toPath(), new byte[300_000]);
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
  void aResetAfterTheResponseHasEndedIsNotItsError() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    SampleApplication.linger(done);
    try (RawHttp2Connection wire = RawHttp2Connection.connect(server.port(), client)) {
      int stream = wire.get("/lingers", "https");
      assertThat(wire.untilEnded(stream)).isEqualTo(0x88);
      wire.cancel(stream);
      wire.ping();
    } finally {
      done.countDown();
    }
    assertThat(mesh.only().ends()).containsExactly(OK);
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
    for (int i = 0; i < 2; i++) {
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
    }
    assertThat(mesh.ended(count)).allSatisfy(r -> assertThat(r.ends()).containsExactly(OK));
  }

  @Test
  void aStreamThatIsResetBeforeItsResponseHasEndedHasAnError() throws Exception {
    try (RawHttp2Connection wire = RawHttp2Connection.connect(server.port(), client)) {
      int stream = wire.get("/tomcat/cancelled", "https");
      Eventually.eventually(
          () -> mesh.seen().size() == 1,
          () -> "one request: " + mesh.seen() + ", refused: " + mesh.refusedConnections());
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
