// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import static io.inboard.http.ScriptedServer.OK;
import static io.inboard.http.ScriptedServer.Turn.say;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.http.ScriptedServer.Asked;
import io.inboard.http.ScriptedServer.Turn;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One URL asked again and again, of servers that do as they should and of others. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpClientTest {
  private static final long MAX_BODY = 100;

  private final Moment moment = new Moment();
  private final List<AutoCloseable> open = new ArrayList<>();

  /** Time that stands still until a test says that the deadline has come. */
  static final class Moment implements Timer {
    private final List<Runnable> tasks = new ArrayList<>();

    @Override
    public synchronized Task schedule(Runnable task, long delayNanos) {
      tasks.add(task);
      return () -> {
        synchronized (this) {
          tasks.remove(task);
        }
      };
    }

    void comes() {
      List<Runnable> due;
      synchronized (this) {
        due = new ArrayList<>(tasks);
        tasks.clear();
      }
      due.forEach(Runnable::run);
    }

    synchronized int waiting() {
      return tasks.size();
    }
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private ScriptedServer server(Turn... turns) throws IOException {
    ScriptedServer server = new ScriptedServer(turns);
    open.add(server);
    return server;
  }

  private HttpClient client(ScriptedServer server) {
    HttpClient client =
        new HttpClient(
            server.uri("/v1/traces?a=b"), null, new Proxies(Optional.empty()), MAX_BODY, moment);
    open.add(client);
    return client;
  }

  private HttpAnswer send(HttpClient client, byte[] body) throws IOException {
    HttpRequest request =
        new HttpRequest("POST", Map.of("X-Key", List.of("secret")), ScriptedServer.body(body));
    try (Deadline deadline = new Deadline(moment, Clock.SYSTEM, Long.MAX_VALUE / 2)) {
      return client.send(request, deadline);
    }
  }

  private HttpAnswer send(HttpClient client, String body) throws IOException {
    return send(client, body.getBytes(ISO_8859_1));
  }

  private static String text(HttpAnswer answer) {
    return new String(answer.body(), ISO_8859_1);
  }

  @Test
  void aRequestArrivesAsItWasGiven() throws Exception {
    ScriptedServer server =
        server(say("HTTP/1.1 202 As You Like\r\nRetry-After: 3\r\nContent-Length: 4\r\n\r\nyes!"));
    HttpAnswer answer = send(client(server), "spans");
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.reason()).isEqualTo("As You Like");
    assertThat(answer.header("Retry-After")).contains("3");
    assertThat(text(answer)).isEqualTo("yes!");
    Asked asked = server.asked().get(0);
    assertThat(asked.line()).isEqualTo("POST /v1/traces?a=b HTTP/1.1");
    assertThat(asked.headers())
        .containsOnly(
            Map.entry("host", "127.0.0.1:" + server.port()),
            Map.entry("content-length", "5"),
            Map.entry("x-key", "secret"));
    assertThat(asked.body()).isEqualTo("spans".getBytes(ISO_8859_1));
  }

  @Test
  void aLargeBodyArrivesWhole() throws Exception {
    byte[] large = new byte[300_000];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) i;
    }
    ScriptedServer server = server(say(OK));
    send(client(server), large);
    assertThat(server.asked().get(0).body()).isEqualTo(large);
  }

  @Test
  void requestsShareOneConnection() throws Exception {
    ScriptedServer server =
        server(
            say(OK),
            say("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n"),
            say("HTTP/1.1 204 Empty\r\n\r\n"),
            say(OK));
    HttpClient client = client(server);
    for (int i = 0; i < 5; i++) {
      send(client, "");
    }
    assertThat(server.asked()).extracting(Asked::connection).containsOnly(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"
      })
  void aServerThatWantsItHasANewConnection(String answer) throws Exception {
    ScriptedServer server = server(say(answer));
    HttpClient client = client(server);
    send(client, "");
    send(client, "");
    assertThat(server.asked()).extracting(Asked::connection).containsExactly(1, 2);
  }

  @Test
  void aKeptConnectionThatTheServerClosedIsNoError() throws Exception {
    ScriptedServer server =
        server(
            peer -> {
              peer.write(OK);
              peer.socket().close();
            },
            say(OK));
    HttpClient client = client(server);
    send(client, "");
    assertThat(send(client, "").status()).isEqualTo(200);
    assertThat(server.asked()).extracting(Asked::connection).containsExactly(1, 2);
  }

  @Test
  void aServerThatClosesAtTheMomentOfTheNextRequestHasItOnceMore() throws Exception {
    ScriptedServer server = server(say(OK), peer -> peer.socket().close(), say(OK));
    HttpClient client = client(server);
    send(client, "");
    assertThat(send(client, "again").status()).isEqualTo(200);
    assertThat(server.asked()).extracting(Asked::connection).containsExactly(1, 1, 2);
    assertThat(server.asked().get(2).body()).isEqualTo("again".getBytes(ISO_8859_1));
  }

  @Test
  void aNewConnectionWithoutAnAnswerIsAnError() throws Exception {
    ScriptedServer server = server(peer -> peer.socket().close());
    HttpClient client = client(server);
    assertThatThrownBy(() -> send(client, "")).isInstanceOf(IOException.class);
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void whatBeginsIsNotSentAgain() throws Exception {
    ScriptedServer server =
        server(
            say(OK),
            peer -> {
              peer.write("HTTP/1.1 20");
              peer.socket().close();
            });
    HttpClient client = client(server);
    send(client, "");
    assertThatThrownBy(() -> send(client, "")).isInstanceOf(EOFException.class);
    assertThat(server.asked()).hasSize(2);
  }

  @Test
  void aConnectionThatNobodyUsedForLongIsClosed() throws Exception {
    ScriptedServer server = server(say(OK));
    HttpClient client = client(server);
    send(client, "");
    assertThat(moment.waiting()).isEqualTo(1);
    moment.comes();
    send(client, "");
    assertThat(server.asked()).extracting(Asked::connection).containsExactly(1, 2);
    client.close();
    assertThat(moment.waiting()).as("a timer that keeps what is closed").isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes",
        "HTTP/1.1 200\r\ncontent-length:3\r\n\r\nyes",
        "HTTP/1.1 200 OK\nContent-Length: 3\nContent-Length: 3\n\nyes",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\ny\r\n02\r\nes\r\n0\r\nT: t\r\n\r\n"
      })
  void anAnswerIsReadToItsEnd(String answer) throws Exception {
    ScriptedServer server = server(say(answer), say(OK));
    HttpClient client = client(server);
    assertThat(text(send(client, ""))).isEqualTo("yes");
    assertThat(text(send(client, ""))).isEmpty();
    assertThat(server.asked()).extracting(Asked::connection).containsOnly(1);
  }

  @Test
  void anAnswerMayEndWithItsConnection() throws Exception {
    ScriptedServer server =
        server(
            peer -> {
              peer.write("HTTP/1.1 200 OK\r\n\r\nyes");
              peer.socket().close();
            });
    assertThat(text(send(client(server), ""))).isEqualTo("yes");
  }

  @Test
  void aBodyThatBreaksOffTakesNothingFromTheStatus() throws Exception {
    ScriptedServer server =
        server(
            peer -> {
              peer.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf");
              peer.socket().close();
            },
            say(OK));
    HttpClient client = client(server);
    assertThat(send(client, "").status()).isEqualTo(200);
    send(client, "");
    assertThat(server.asked()).extracting(Asked::connection).containsExactly(1, 2);
  }

  @Test
  void gzipIsUndone() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write("unzipped".getBytes(ISO_8859_1));
    }
    ScriptedServer server =
        server(
            say(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                    + zipped.size()
                    + "\r\n\r\n"
                    + zipped.toString(ISO_8859_1)));
    assertThat(text(send(client(server), ""))).isEqualTo("unzipped");
  }

  @Test
  void aBombOfGzipIsAnError() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(new byte[(int) MAX_BODY + 1]);
    }
    assertThat(zipped.size()).isLessThan((int) MAX_BODY);
    ScriptedServer server =
        server(
            say(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                    + zipped.size()
                    + "\r\n\r\n"
                    + zipped.toString(ISO_8859_1)));
    assertThatThrownBy(() -> send(client(server), "")).hasMessageContaining("100 bytes");
  }

  @Test
  void aBodyThatIsTooLargeIsAnError() throws Exception {
    ScriptedServer server =
        server(
            say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + "x".repeat(100)),
            say("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + "x".repeat(101)));
    HttpClient client = client(server);
    assertThat(send(client, "").body()).hasSize(100);
    assertThatThrownBy(() -> send(client, "")).hasMessageContaining("100 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2p1\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nyes",
        "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nyes",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nyes",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSpace : x\r\n\r\n"
      })
  void whatIsNoClearAnswerIsRefused(String answer) throws Exception {
    ScriptedServer server = server(say(answer));
    assertThatThrownBy(() -> send(client(server), "")).isInstanceOf(ProtocolException.class);
  }

  @Test
  void aHeadWithoutAnEndIsRefused() throws Exception {
    ScriptedServer server = server(say("HTTP/1.1 200 OK\r\nX: " + "x".repeat(70_000)));
    assertThatThrownBy(() -> send(client(server), "")).hasMessageContaining("64 KiB");
  }

  @Test
  void emptyLinesWithoutAnEndAreRefused() throws Exception {
    ScriptedServer server = server(say("\n".repeat(70_000) + OK));
    assertThatThrownBy(() -> send(client(server), "")).hasMessageContaining("64 KiB");
  }

  @Test
  void anEncodingThatNobodyKnowsIsShownShortAndHarmless() throws Exception {
    ScriptedServer server =
        server(
            say("HTTP/1.1 200 OK\r\nContent-Encoding: a\u001b[2J" + "x".repeat(900) + "\r\n\r\n"));
    assertThatThrownBy(() -> send(client(server), ""))
        .hasMessage("Unsupported Content-Encoding: a\\u001b[2J" + "x".repeat(55) + "...");
  }

  @Test
  void whatComesBehindAnAnswerIsNotTakenForTheNext() throws Exception {
    ScriptedServer server = server(say(OK + "HTTP/1.1 500 Old\r\nContent-Length: 0\r\n\r\n"));
    HttpClient client = client(server);
    send(client, "");
    assertThat(send(client, "").status()).isEqualTo(200);
    assertThat(server.asked()).extracting(Asked::connection).containsExactly(1, 2);
  }

  /** As servers do that say 408 before they close a connection that nobody uses. */
  @Test
  void whatAServerSaysUnaskedIsNoAnswer() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    CountDownLatch said = new CountDownLatch(1);
    ScriptedServer server =
        server(
            peer -> {
              peer.write(OK);
              awaited(answered);
              peer.write("HTTP/1.1 408 Idle\r\nContent-Length: 0\r\n\r\n");
              said.countDown();
            },
            say(OK));
    HttpClient client = client(server);
    send(client, "");
    answered.countDown();
    awaited(said);
    assertThat(send(client, "").status()).isEqualTo(200);
    assertThat(server.asked()).extracting(Asked::connection).containsExactly(1, 2);
  }

  private static void awaited(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  @Test
  void anAnswerToHalfOfABodyIsHeard() throws Exception {
    ScriptedServer server =
        server(
            peer -> {
              peer.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
              peer.socket().shutdownInput();
              peer.in().skip(Long.MAX_VALUE);
              throw new IOException("over");
            });
    try {
      assertThat(send(client(server), new byte[64 << 20]).status()).isEqualTo(413);
    } catch (IOException e) {
      // The system may drop what it received when it learns that the peer has closed.
      assertThat(e).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aSilentServerIsLeftAtTheDeadline() throws Exception {
    ScriptedServer server =
        server(
            peer -> {
              moment.comes();
              peer.in().read();
            });
    assertThatThrownBy(() -> send(client(server), "")).isInstanceOf(InterruptedIOException.class);
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void aServerThatStopsInItsHeadIsLeftAtTheDeadline() throws Exception {
    ScriptedServer server =
        server(
            say(OK),
            peer -> {
              peer.write("HTTP/1.1 200 OK\r\nX: ");
              moment.comes();
            });
    HttpClient client = client(server);
    send(client, "");
    assertThatThrownBy(() -> send(client, "")).isInstanceOf(InterruptedIOException.class);
    assertThat(server.asked()).as("nothing is sent again").hasSize(2);
  }

  @Test
  void aServerThatReadsNothingIsLeftAtTheDeadline() throws Exception {
    ScriptedServer server =
        server(
            peer -> {
              moment.comes();
              while (!peer.socket().isClosed()) {
                Thread.onSpinWait();
              }
            });
    byte[] large = new byte[64 << 20];
    assertThatThrownBy(() -> send(client(server), large))
        .isInstanceOf(InterruptedIOException.class);
  }

  @Test
  void nothingIsSentAfterTheDeadline() throws Exception {
    ScriptedServer server = server(say(OK));
    HttpClient client = client(server);
    HttpRequest request = new HttpRequest("POST", Map.of(), ScriptedServer.body(new byte[0]));
    try (Deadline deadline = new Deadline(moment, Clock.SYSTEM, Long.MAX_VALUE / 2)) {
      moment.comes();
      assertThatThrownBy(() -> client.send(request, deadline))
          .isInstanceOf(InterruptedIOException.class);
    }
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aDeadPortIsNamed() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = socket.getLocalPort();
    }
    HttpClient client =
        new HttpClient(
            URI.create("http://127.0.0.1:" + port),
            null,
            new Proxies(Optional.empty()),
            MAX_BODY,
            moment);
    assertThatThrownBy(() -> send(client, ""))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("127.0.0.1:" + port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"two\r\nlines", "nul\0", "ümlaut"})
  void aHeaderThatHttpCannotCarryIsRefusedUnseen(String value) throws Exception {
    ScriptedServer server = server(say(OK));
    HttpClient client = client(server);
    HttpRequest request =
        new HttpRequest("POST", Map.of("X-Key", List.of(value)), ScriptedServer.body(new byte[0]));
    try (Deadline deadline = new Deadline(moment, Clock.SYSTEM, Long.MAX_VALUE / 2)) {
      assertThatThrownBy(() -> client.send(request, deadline))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("X-Key")
          .hasMessageNotContaining(value);
    }
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aBodyOfAnotherLengthIsNotSentToItsEnd() throws Exception {
    ScriptedServer server = server(say(OK));
    HttpClient client = client(server);
    HttpRequest.Body shorter =
        new HttpRequest.Body() {
          @Override
          public int length() {
            return 10;
          }

          @Override
          public void writeTo(OutputStream out) throws IOException {
            out.write(new byte[9]);
          }
        };
    try (Deadline deadline = new Deadline(moment, Clock.SYSTEM, Long.MAX_VALUE / 2)) {
      assertThatThrownBy(() -> client.send(new HttpRequest("POST", Map.of(), shorter), deadline))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(send(client, "").status()).isEqualTo(200);
    assertThat(server.asked()).hasSize(1);
  }
}
