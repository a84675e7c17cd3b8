// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * What a servlet container does beside what every server does, over TLS as in plaintext. The server
 * has a servlet of the test's own beside the sample application: it answers upgrade, dispatch and
 * so on below a path that is the container's own.
 */
public abstract class ServletContract extends ServerContract {
  private static final SeenRequest.End OK = new SeenRequest.End(200, Optional.empty());

  /** The path of one thing that the test's own servlet does; of {@code *}, its mapping. */
  protected abstract String servlet(String rest);

  /** How many headers of a request the container takes; it gets one more from the mesh. */
  protected int headersAtMost() {
    return 100;
  }

  /** How many signs of life a client may ask for in a moment before its connection is ended. */
  protected int pingsAtMost() {
    return 16;
  }

  /** A server whose application may read what follows a body; closed by the test. */
  protected RunningServer startTakingTrailers() throws Exception {
    return start();
  }

  /** The protocol that ALPN agrees on. */
  protected final String agreed(RunningServer server, String... offered) throws Exception {
    try (RawConnection wire = RawConnection.tls(server.port(), client, offered)) {
      return wire.protocol();
    }
  }

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
                servlet("upload"),
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
        wire.send("GET", servlet("upgrade"), new byte[0], "Connection: Upgrade", "Upgrade: echo");
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
  @Shows(Feature.ASYNC)
  void theContextIsThereAgainInADispatchAndInAListener() throws Exception {
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get(servlet("dispatch")).text())
            .isEqualTo("dispatched in " + servlet("dispatch"));
        assertThat(wire.get(servlet("timeout")).text())
            .isEqualTo("timed out in " + servlet("timeout"));
      }
    }
    assertThat(mesh.ended(4))
        .extracting(r -> r.ends().get(0).status())
        .containsExactly(200, 504, 200, 504);
  }

  @Test
  @Shows(Feature.ASYNC)
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
  @Shows(Feature.ROUTES)
  void theFrameworksRouteCountsAndNotTheErrorPages() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get(servlet("pattern")).status()).isEqualTo(500);
    }
    SeenRequest seen = mesh.only();
    assertThat(seen.route()).isEqualTo("/items/{id}");
    assertThat(seen.ends().get(0).status()).isEqualTo(500);
    assertThat(seen.ends().get(0).error().orElseThrow())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Shows(Feature.ROUTES)
  void aServletsMappingIsTheRouteOtherwise() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get(servlet("decoded?q=1")).status()).isEqualTo(200);
      assertThat(wire.get("/nothing").status()).isEqualTo(404);
    }
    assertThat(mesh.ended(2)).extracting(SeenRequest::route).containsExactly(servlet("*"), "");
  }

  @Test
  void pathAndQueryAreStillDecoded() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get(servlet("dec%6Fded?q=%41%2Bb")).text()).isEqualTo("A+b");
    }
    assertThat(mesh.only().path()).isEqualTo(servlet("dec%6Fded"));
    assertThat(mesh.only().query()).isEqualTo("q=%41%2Bb");
  }

  @Test
  void aRequestWithAsManyHeadersAsAllowedGetsOursToo() throws Exception {
    String[] headers = new String[headersAtMost() - 1];
    Arrays.setAll(headers, i -> "x-" + i + ": " + i);
    try (RawConnection wire = RawConnection.tls(server.port(), client)) {
      assertThat(wire.get("/headers", headers).text()).contains("[URI=" + CLIENT_ID + "]");
    }
  }

  @Test
  void aForgedIdentityBehindTheBodyIsRemovedToo() throws Exception {
    mesh.guards(true);
    try (RunningServer open = startTakingTrailers();
        RawConnection wire = RawConnection.plain(open.port())) {
      for (boolean off : new boolean[] {false, true}) {
        mesh.disabled(off);
        wire.send(
            "POST "
                + servlet("trailers")
                + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
                + "\r\n3\r\nabc\r\n0\r\nX-Forwarded-Client-Cert: URI=spiffe://forged\r\n"
                + "X-Mine: kept\r\n\r\n");
        assertThat(wire.response().text()).isEqualToIgnoringCase("{x-mine=kept}");
      }
    }
  }

  // --- HTTP/2.

  @Test
  @Shows(Feature.HTTP2)
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

  /** As an application reads it that knows HTTP/1.1 alone. */
  @Test
  @Shows(Feature.HTTP2)
  void theHostIsAHeaderOverHttp2Too() throws Exception {
    assertThat(Curl.with(client).get(server.port(), "/headers", "--http2"))
        .containsIgnoringCase("host=[")
        .contains(":" + server.port() + "]");
  }

  @Test
  @Shows(Feature.HTTP2)
  void parallelStreamsAreRequestsOfTheirOwn() throws Exception {
    Curl.with(client).get(server.port(), "/async?[1-30]", "--http2", "-Z");
    assertThat(mesh.ended(30))
        .allSatisfy(r -> assertThat(r.protocolVersion()).isEqualTo("2"))
        .allSatisfy(r -> assertThat(r.peerId()).isEqualTo(CLIENT_ID))
        .allSatisfy(r -> assertThat(r.ends()).containsExactly(OK))
        .extracting(SeenRequest::query)
        .doesNotHaveDuplicates();
  }

  /** A client acknowledges settings and asks for signs of life whenever it likes. */
  @Test
  @Shows(Feature.QUEUE)
  void framesThatComeLaterDoNotShortenTheWaitOfAStream() throws Exception {
    int before = mesh.seen().size();
    try (SlowExecutor threads = new SlowExecutor();
        RunningServer busy = startWith(threads);
        RawHttp2Connection wire = RawHttp2Connection.connect(busy.port(), client)) {
      int stream = wire.get("/hello", "http");
      // While it waits: until its head was read, and then for a thread of its own.
      for (int i = 0; i < pingsAtMost() && mesh.seen().size() == before; i++) {
        wire.sendPing();
        // Less than a task waits: one comes after the head was read.
        Eventually.pause(20);
      }
      assertThat(wire.untilEnded(stream)).isEqualTo(0x88);
    }
    assertThat(mesh.ended(before + 1).get(before).queuedNanos())
        .isGreaterThanOrEqualTo(SlowExecutor.WAIT_NANOS);
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
      int stream = wire.get(servlet("cancelled"), "https");
      Eventually.eventually(
          () -> mesh.seen().size() == 1,
          () -> "one request: " + mesh.seen() + ", refused: " + mesh.refusedConnections());
      wire.cancel(stream);
      SeenRequest.End end = mesh.only().ends().get(0);
      assertThat(end.error().orElseThrow()).isInstanceOf(IOException.class);
    }
  }

  /** What is under way is counted by who is served: a request that never ended would stay there. */
  @Test
  void requestsWhoseClientsLeaveAtAnyMomentAllEnd() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> left = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        long seed = i;
        left.add(clients.submit(() -> leaveAtAnyMoment(new Random(seed))));
      }
      for (Future<?> each : left) {
        each.get();
      }
    } finally {
      clients.shutdown();
    }
    Eventually.eventually(
        () -> mesh.seen().stream().allMatch(r -> r.ends().size() == 1),
        () -> mesh.seen().stream().filter(r -> r.ends().size() != 1).toList() + " did not end");
  }

  private void leaveAtAnyMoment(Random random) {
    for (int i = 0; i < 10; i++) {
      String path = List.of("/async", "/stream", "/file", "/hello").get(random.nextInt(4));
      int nanos = random.nextInt(25_000_000);
      try {
        if (i % 2 == 0) {
          try (RawHttp2Connection wire = RawHttp2Connection.connect(server.port(), client)) {
            int stream = wire.get(path, "https");
            LockSupport.parkNanos(nanos);
            wire.cancel(stream);
            wire.get(path, "https");
            LockSupport.parkNanos(nanos / 2);
            wire.reset();
          }
        } else {
          RawConnection wire =
              i % 4 == 1
                  ? RawConnection.plain(server.port())
                  : RawConnection.tls(server.port(), client);
          wire.send("GET", path, new byte[0]);
          LockSupport.parkNanos(nanos);
          wire.reset();
        }
      } catch (IOException e) {
        // The server was faster.
      }
    }
  }

  /** How a client goes that has its answer. */
  @FunctionalInterface
  private interface Leave {
    void leave(RawHttp2Connection wire, int stream) throws IOException;
  }

  /**
   * Of a servlet that has {@code count}, which reads a body, and {@code flood}, which writes one.
   */
  protected final void hundredMegabytesInChunksPassBothWays() throws Exception {
    byte[] megabyte = new byte[1 << 20];
    for (RawConnection wire : both()) {
      try (wire) {
        wire.send(
            "POST "
                + servlet("count")
                + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 100; i++) {
          wire.send("100000\r\n");
          wire.send(megabyte);
          wire.send("\r\n");
        }
        wire.send("0\r\n\r\n");
        assertThat(wire.response().text()).isEqualTo("" + (100 << 20));
        assertThat(wire.get(servlet("flood?megabytes=100")).body()).hasSize(100 << 20);
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
      }
    }
  }
}
