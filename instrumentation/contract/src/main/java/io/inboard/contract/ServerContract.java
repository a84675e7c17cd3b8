// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every server library must do under the mesh, told as tests: here what it reports, refuses
 * and survives of requests, in {@link ServerThreadsContract} what holds its threads, in {@link
 * ServerGrpcContract} what callers of gRPC are told, in {@link ServerPathContract} which handler
 * they reach, in {@link ServerTlsContract} what it does about TLS, in {@link
 * ServerIdentityContract} what it lets the application believe.
 */
public abstract class ServerContract extends ServerGrpcContract {
  // --- What arrives, and what is reported of it.

  @Test
  void plaintextIsServedInPermissive() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/hello?x=1").text()).isEqualTo("hello");
    }
    SeenRequest seen = mesh.only();
    assertThat(seen.library()).isEqualTo(library());
    assertThat(seen.method()).isEqualTo("GET");
    assertThat(seen.path()).isEqualTo("/hello");
    assertThat(seen.query()).isEqualTo("x=1");
    assertThat(seen.scheme()).isEqualTo("http");
    assertThat(seen.protocolVersion()).isEqualTo("1.1");
    assertThat(seen.peerId()).isEmpty();
    assertThat(seen.local().getPort()).isEqualTo(server.port());
    assertThat(seen.remote().getAddress().isLoopbackAddress()).isTrue();
    assertThat(seen.remote().getPort()).isNotZero().isNotEqualTo(server.port());
    assertThat(seen.ends()).containsExactly(new SeenRequest.End(200, Optional.empty()));
    if (routes()) {
      assertThat(seen.route()).isEqualTo("/hello");
    }
  }

  @Test
  void aPeerIsReportedWithTheIdThatItProved() throws Exception {
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.get("/hello").text()).isEqualTo("hello");
    }
    assertThat(mesh.only().peerId()).isEqualTo(CLIENT_ID);
    InetSocketAddress local = mesh.only().local();
    assertThat(local.getPort()).isEqualTo(server.port());
    assertThat(mesh.only().scheme()).isEqualTo("http");
  }

  @Test
  void manyHeadersOfOneNameAreSeenInTheirOrder() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.get("/hello", "traceparent: one", "TraceParent: two");
    }
    assertThat(mesh.only().traceparents()).containsExactly("one", "two");
    assertThat(mesh.only().onlyTraceparent()).isEmpty();
  }

  @Test
  void aHeaderThatComesOnceIsShownAsItCame() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      for (String value : List.of("one", "2", "\u00e4 b")) {
        wire.get("/hello", "x-before: 1", "TraceParent: " + value, "x-after: 2");
      }
      wire.get("/hello", "x-before: 1");
    }
    List<SeenRequest> seen = mesh.ended(4);
    assertThat(seen.get(0).onlyTraceparent()).isEqualTo("one");
    assertThat(seen.get(1).onlyTraceparent()).isEqualTo("2");
    // What is no ASCII is decoded as the server likes.
    assertThat(seen.get(2).onlyTraceparent()).endsWith(" b");
    assertThat(seen.get(3).onlyTraceparent()).isEmpty();
  }

  @Test
  @Shows(Feature.TRACING)
  void everyRequestOfAConnectionIsReportedOnce() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/hello").status()).isEqualTo(200);
        assertThat(wire.get("/async").text()).isEqualTo("later");
        assertThat(wire.get("/stream").text()).startsWith("event 0\n").endsWith("event 19\n");
        assertThat(wire.post("/echo", "body".getBytes(StandardCharsets.UTF_8)).text())
            .isEqualTo("body");
        assertThat(wire.get("/nothing").status()).isEqualTo(404);
      }
    }
    List<SeenRequest> seen = mesh.ended(10);
    assertThat(seen)
        .allSatisfy(r -> assertThat(r.ends()).hasSize(1))
        .extracting(r -> r.ends().get(0).status())
        .containsExactly(200, 200, 200, 200, 404, 200, 200, 200, 200, 404);
    if (routes()) {
      assertThat(seen.subList(0, 4))
          .extracting(SeenRequest::route)
          .containsExactly("/hello", "/async", "/stream", "/echo");
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        String get = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n";
        wire.send(get.formatted("/hello") + get.formatted("/async") + get.formatted("/hello"));
        assertThat(wire.response().text()).isEqualTo("hello");
        assertThat(wire.response().text()).isEqualTo("later");
        assertThat(wire.response().text()).isEqualTo("hello");
      }
    }
    mesh.ended(6);
  }

  @Test
  void largeBodiesPassBothWays() throws Exception {
    byte[] large = SampleApplication.content();
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.post("/echo", large).body()).isEqualTo(large);
        assertThat(wire.get("/file").body()).isEqualTo(large);
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
      }
    }
    mesh.ended(6);
  }

  @Test
  void aChunkedRequestAndAHeadPass() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        wire.send(
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
        assertThat(wire.response().text()).isEqualTo("abcdefg");
        assertThat(wire.call("HEAD", "/hello", new byte[0]).status()).isEqualTo(200);
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
      }
    }
    mesh.ended(6);
  }

  /** Some clients say at once that no other request will follow. */
  @Test
  void aRequestThatArrivesWithTheEndOfItsClientsSideIsAnswered() throws Exception {
    for (RawConnection wire :
        List.of(
            RawConnection.plain(server.port()), RawConnection.tlsAtOnce(server.port(), client))) {
      try (wire) {
        wire.send("GET", "/hello", new byte[0]);
        wire.finish();
        assertThat(wire.response().text()).isEqualTo("hello");
      }
    }
    mesh.ended(2);
  }

  @Test
  void expectContinueIsAnswered() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        wire.send(
            "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
                + "Expect: 100-continue\r\n\r\n");
        StringBuilder interim = new StringBuilder();
        while (!interim.toString().endsWith("\r\n\r\n")) {
          interim.append((char) wire.exactly(1)[0]);
        }
        assertThat(interim.toString()).startsWith("HTTP/1.1 100");
        wire.send("body");
        assertThat(wire.response().text()).isEqualTo("body");
      }
    }
    mesh.ended(2);
  }

  @Test
  void whatTheApplicationThrowsEndsTheRequestOnce() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send("GET", "/throw", new byte[0]);
      wire.untilClosed();
    }
    SeenRequest seen = mesh.only();
    assertThat(seen.ends()).hasSize(1);
    assertThat(seen.ends().get(0).error().orElseThrow())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the application's own error");
  }

  @Test
  void aClientThatGoesAwayEndsTheRequestOnce() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
      Eventually.eventually(() -> mesh.seen().size() == 1, () -> "the request's begin");
      wire.reset();
    }
    assertThat(mesh.only().ends()).hasSize(1);
  }

  @Test
  @Shows(Feature.TRACING)
  void theContextIsThereWhileTheApplicationWorksAndGoneAfterwards() throws Exception {
    for (int i = 0; i < 30; i++) {
      try (RawConnection wire = RawConnection.plain(server.port())) {
        assertThat(wire.get("/context").text()).isEqualTo("/context");
      }
    }
    mesh.ended(30);
  }

  @Test
  @Shows(Feature.QUEUE)
  void theTimeThatARequestWaitsForAThreadIsToldOfEachRequest() throws Exception {
    Assumptions.assumeTrue(queues(), library() + " serves requests on the threads that read them");
    try (SlowExecutor threads = new SlowExecutor();
        RunningServer busy = startWith(threads)) {
      for (RawConnection wire :
          List.of(RawConnection.plain(busy.port()), RawConnection.tls(busy.port(), client))) {
        try (wire) {
          int before = mesh.seen().size();
          long sent = System.nanoTime();
          assertThat(wire.get("/hello").text()).isEqualTo("hello");
          assertThat(wire.get("/async").text()).isEqualTo("later");
          String get = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n";
          wire.send(get.formatted("/async") + get.formatted("/hello"));
          assertThat(wire.response().text()).isEqualTo("later");
          assertThat(wire.response().text()).isEqualTo("hello");
          List<SeenRequest> seen = mesh.ended(before + 4).subList(before, before + 4);
          // The wait of a new connection may have been that of its handshake.
          assertThat(Math.max(seen.get(0).queuedNanos(), seen.get(1).queuedNanos()))
              .isGreaterThanOrEqualTo(SlowExecutor.WAIT_NANOS);
          long earliest = sent;
          for (SeenRequest request : seen) {
            assertThat(request.queuedNanos()).isNotNegative();
            // It cannot have waited since before the one in front of it began.
            assertThat(request.beganNanos() - request.queuedNanos() - earliest).isNotNegative();
            earliest = request.beganNanos();
          }
        }
      }
      if (http2()) {
        int before = mesh.seen().size();
        long sent = System.nanoTime();
        assertThat(Curl.with(client).get(busy.port(), "/hello", "--http2")).isEqualTo("hello 2");
        SeenRequest request = mesh.ended(before + 1).get(before);
        assertThat(request.queuedNanos()).isGreaterThanOrEqualTo(SlowExecutor.WAIT_NANOS);
        assertThat(request.beganNanos() - request.queuedNanos() - sent).isNotNegative();
      }
    }
  }

  // --- What is answered.

  @Test
  void theMeshHearsOfEachResponseOnceBeforeItsHeadGoesOut() throws Exception {
    mesh.respondWith("x-inboard-no-retry", "budget");
    for (RawConnection wire : both()) {
      try (wire) {
        for (String path : List.of("/hello", "/async", "/stream", "/file", "/nothing")) {
          assertThat(wire.get(path).headers().get("x-inboard-no-retry"))
              .as(path)
              .containsExactly("budget");
        }
      }
    }
    assertThat(mesh.ended(10))
        .allSatisfy(
            r -> assertThat(r.responses()).containsExactly(r.ends().get(0).status()).hasSize(1));
    if (http2()) {
      Curl curl = Curl.with(client);
      for (String path : List.of("/hello", "/async", "/own")) {
        assertThat(curl.get(server.port(), path, "--http2", "-i", "--no-progress-meter"))
            .contains("x-inboard-no-retry: " + (path.equals("/own") ? "mine" : "budget"));
      }
      assertThat(mesh.ended(13).subList(10, 13))
          .allSatisfy(r -> assertThat(r.responses()).hasSize(1));
    }
  }

  @Test
  void aHeaderOfTheApplicationIsLeftAlone() throws Exception {
    mesh.respondWith("x-inboard-no-retry", "budget");
    for (RawConnection wire : both()) {
      try (wire) {
        RawConnection.Response response = wire.get("/own");
        assertThat(response.status()).isEqualTo(500);
        assertThat(response.headers().get("x-inboard-no-retry")).containsExactly("mine");
      }
    }
    assertThat(mesh.ended(2)).allSatisfy(r -> assertThat(r.responses()).containsExactly(500));
  }

  @Test
  void aRefusalIsAResponseToo() throws Exception {
    mesh.respondWith("x-inboard-no-retry", "budget");
    mesh.deny(503);
    for (RawConnection wire : both()) {
      try (wire) {
        RawConnection.Response response = wire.get("/hello");
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.headers().get("x-inboard-no-retry")).containsExactly("budget");
      }
    }
    if (http2()) {
      assertThat(Curl.with(client).get(server.port(), "/hello", "--http2", "-i"))
          .contains("x-inboard-no-retry: budget");
    }
    assertThat(mesh.ended(http2() ? 3 : 2))
        .allSatisfy(r -> assertThat(r.responses()).containsExactly(503));
    assertThat(calls()).isZero();
  }

  // --- What is refused.

  @Test
  @Shows(Feature.AUTHORIZATION)
  void aDeniedRequestNeverReachesTheApplication() throws Exception {
    for (int status : new int[] {403, 429, 503}) {
      mesh.deny(status);
      for (RawConnection wire : both()) {
        try (wire) {
          RawConnection.Response response = wire.get("/hello");
          assertThat(response.status()).isEqualTo(status);
          assertThat(response.body()).isEmpty();
          if (staysOpenAfterRefusal(status)) {
            assertThat(wire.post("/echo", new byte[5000]).status()).isEqualTo(status);
            assertThat(wire.get("/hello").status()).isEqualTo(status);
          }
        }
      }
    }
    assertThat(calls()).isZero();
    Eventually.eventually(
        () -> mesh.seen().stream().allMatch(r -> r.ends().size() == 1), () -> "" + mesh.seen());
    assertThat(mesh.seen()).extracting(r -> r.ends().get(0).status()).contains(403, 429, 503);
  }

  @Test
  @Shows(Feature.IDENTITY)
  void whatAPeerSaysOfItsOwnIdentityIsRemoved() throws Exception {
    String spoofed = "X-Forwarded-Client-Cert: URI=spiffe://cluster.local/ns/shop/sa/admin";
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/headers", spoofed, spoofed, "x-mine: kept").text())
          .contains("x-forwarded-client-cert=[]")
          .contains("x-mine=[kept]");
    }
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.get("/headers", spoofed, spoofed, "x-mine: kept").text())
          .contains("x-forwarded-client-cert=[URI=" + CLIENT_ID + "]")
          .contains("x-mine=[kept]");
    }
  }

  // --- Errors of ours.

  @Test
  void anErrorInTheMeshNeverReachesTheApplication() throws Exception {
    mesh.beginFails(true);
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
        assertThat(wire.get("/async").text()).isEqualTo("later");
      }
    }
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void anErrorOfTheMeshAboutAResponseNeverReachesTheApplication() throws Exception {
    mesh.respondFails();
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
        assertThat(wire.get("/async").text()).isEqualTo("later");
      }
    }
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void anErrorInTheMeshIsARefusalWhereItFailsClosed() throws Exception {
    mesh.beginFails(true);
    mesh.failsClosed(true);
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/hello").status()).isEqualTo(503);
      }
    }
    assertThat(calls()).isZero();
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }
}
