// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import static io.inboard.benchmarks.load.StubServer.CLOSE;
import static io.inboard.benchmarks.load.StubServer.HELLO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over real sockets; the server's script decides what there is to see. */
@Timeout(60)
class DriveTest {
  private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(100);

  @Test
  void aClosedLoopAsksAgainWhenTheAnswerIsThere() throws IOException {
    LoadResult result = closed(request -> HELLO);
    assertThat(result.errors()).isZero();
    assertThat(result.firstError()).isEmpty();
    assertThat(result.requests()).isGreaterThan(4);
    assertThat(result.reconnects()).isZero();
    assertThat(result.p50Micros()).isPositive().isLessThanOrEqualTo(result.p99Micros());
    assertThat(result.p99Micros()).isLessThanOrEqualTo(result.p999Micros());
    assertThat(result.p999Micros()).isLessThanOrEqualTo(result.maxMicros());
    assertThat(result.ownCpuMicros()).isPositive();
  }

  @Test
  void anOpenLoopSendsWhatIsDueAndNoMore() throws IOException {
    LoadResult result = open(request -> HELLO, 300, 0.5);
    assertThat(result.requests()).isEqualTo(150);
    assertThat(result.errors()).isZero();
  }

  @Test
  void oneStallMakesAllRequestsSlowThatAreDueInItButOnlyAnOpenLoopSeesIt() throws IOException {
    // All threads of the server stand still for 400 ms: 160 requests are due in it, 120 of them
    // more
    // than 100 ms before its end.
    assertThat(slowRequests(LoadOrder.open(new Stall().url(), 400, 8, 1.5))).isGreaterThan(80);
    assertThat(slowRequests(LoadOrder.closed(new Stall().url(), 2, 1.5))).isBetween(1L, 40L);
  }

  /** A server that stands still once, from its 50th request on. */
  private static final class Stall {
    private final StubServer server = new StubServer(this::answer);

    Stall() throws IOException {}

    String url() {
      return server.url();
    }

    synchronized String answer(int request) throws InterruptedException {
      Thread.sleep(request == 50 ? 400 : 0);
      return HELLO;
    }
  }

  private static long slowRequests(LoadOrder order) throws IOException {
    try (Drive drive = new Drive(order)) {
      return drive.run().slowerThan(SLOW);
    }
  }

  @Test
  void otherStatusesAreErrorsAndTheirTimesDoNotCount() throws IOException {
    LoadResult result =
        open(
            request -> request % 10 == 3 ? "HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n" : HELLO,
            400,
            0.5);
    assertThat(result.requests()).isEqualTo(200);
    assertThat(result.errors()).isEqualTo(20);
    assertThat(result.firstError()).isEqualTo("status 503");
    assertThat(result.perSecond() * result.seconds()).isBetween(179.0, 181.0);
  }

  @Test
  void chunkedAnswersAreRead() throws IOException {
    LoadResult result =
        open(
            request ->
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            400,
            0.25);
    assertThat(result.requests()).isEqualTo(100);
    assertThat(result.errors()).isZero();
  }

  @Test
  void anAnnouncedCloseIsNoErrorAndCounted() throws IOException {
    LoadResult result =
        open(
            request ->
                request % 10 == 9
                    ? "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi" + CLOSE
                    : HELLO,
            400,
            0.5);
    assertThat(result.requests()).isEqualTo(200);
    assertThat(result.errors()).isZero();
    assertThat(result.reconnects()).isEqualTo(20);
  }

  @Test
  void aCloseInAnAnswerIsAnErrorAndTheConnectionIsMadeAgain() throws IOException {
    LoadResult result =
        open(
            request ->
                request == 50 ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut" + CLOSE : HELLO,
            400,
            0.5);
    assertThat(result.requests()).isEqualTo(200);
    assertThat(result.errors()).isEqualTo(1);
    assertThat(result.firstError())
        .isEqualTo("the connection was closed before the answer was whole");
  }

  @Test
  void aServerThatGoesAwayFailsTheRestAndTheRunEnds() throws IOException {
    StubServer[] server = new StubServer[1];
    server[0] =
        new StubServer(
            request -> {
              if (request < 50) {
                return HELLO;
              }
              try {
                server[0].close();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
              return CLOSE;
            });
    LoadResult result = LoadMain.run(LoadOrder.closed(server[0].url(), 2, 0.5));
    assertThat(result.perSecond() * result.seconds()).isBetween(49.0, 51.0);
    assertThat(result.errors()).isGreaterThan(3);
  }

  @Test
  void whereNobodyListensNothingIsMeasured() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertThatThrownBy(() -> new Drive(LoadOrder.closed("http://127.0.0.1:" + port, 2, 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:" + port)
        .hasMessageContaining("refused");
  }

  private static LoadResult closed(StubServer.Script script) throws IOException {
    try (StubServer server = new StubServer(script)) {
      return LoadMain.run(LoadOrder.closed(server.url(), 4, 0.3));
    }
  }

  private static LoadResult open(StubServer.Script script, double rate, double seconds)
      throws IOException {
    try (StubServer server = new StubServer(script)) {
      return LoadMain.run(LoadOrder.open(server.url(), rate, 4, seconds));
    }
  }
}
