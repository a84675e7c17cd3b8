// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.TlsPlan;
import io.inboard.call.client.SecuredSocket;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a connection of a blocking client ends: with TLS of the mesh as it does without. */
public abstract class SecuredConnectionContract extends ClientHarness {
  /** Far beyond {@link #PATIENCE}: who waits for the peer, or for this, fails. */
  private static final Duration LONG = Duration.ofMinutes(10);

  /** A response whose body nobody has read yet. */
  protected interface Unread {
    InputStream body() throws IOException;

    /** As an application aborts its request; any thread. */
    void abort();
  }

  /** Makes a request as an application does, and leaves the body to the test. */
  protected abstract Unread open(Request request) throws IOException;

  private TestEndpoint endpoint(boolean secure, Answer answer) throws IOException {
    return secure
        ? secured(securedServer().answering(answer))
        : plain(plainServer().answering(answer));
  }

  /** An answer, after which the server neither reads nor closes. */
  private Answer deafAfter(String text) {
    CountDownLatch over = new CountDownLatch(1);
    closing((AutoCloseable) over::countDown);
    return connection -> {
      connection.write(text);
      try {
        over.await(PATIENCE.toSeconds() * 2, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      connection.close();
    };
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anErrorIsNotHeldUpByAPeerThatSaysNothing(boolean secure) throws Exception {
    mesh.script(Script.to(endpoint(secure, deafAfter("HTTP/1.1 200 OK\r\nno header\r\n\r\n"))));
    assertThat(failure(Request.get(URL + "/").readTimeout(LONG))).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBodyThatTheApplicationAbortsIsNoWholeOne(boolean secure) throws Exception {
    // It has no length: the end of the connection is the end of the body.
    Answer answer =
        connection -> {
          connection.write("HTTP/1.1 200 OK\r\n\r\nabc");
          connection.awaitClient();
        };
    mesh.script(Script.to(endpoint(secure, answer)));
    Unread response = open(Request.get(URL + "/").readTimeout(LONG));
    InputStream body = response.body();
    for (char c : new char[] {'a', 'b', 'c'}) {
      assertThat(body.read()).isEqualTo(c);
    }
    CountDownLatch reads = new CountDownLatch(1);
    CompletableFuture<Integer> next =
        inBackground(
            () -> {
              reads.countDown();
              return body.read();
            });
    assertThat(reads.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    response.abort();
    assertThat(next)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingRootCause()
        .isInstanceOf(SocketException.class)
        .withMessage("Socket closed");
  }

  @Test
  void atRestItSaysThatItEndsAndWaitsForNoAnswer() throws Exception {
    AtomicInteger written = new AtomicInteger();
    SecuredSocket socket = connected(written);
    int before = written.get();
    assertThat(inBackground(() -> close(socket))).succeedsWithin(PATIENCE);
    assertThat(written).hasValueGreaterThan(before);
    assertThat(socket.isClosed() && socket.raw().isClosed()).isTrue();
  }

  @Test
  void whoReadsAfterItWasClosedHereIsToldSo() throws Exception {
    SecuredSocket socket = connected(new AtomicInteger());
    InputStream in = socket.getInputStream();
    assertThat(inBackground(() -> close(socket))).succeedsWithin(PATIENCE);
    assertThatThrownBy(in::read)
        .isExactlyInstanceOf(SocketException.class)
        .hasMessage("Socket closed");
  }

  @Test
  void whereItIsToEndAtOnceItSaysNothing() throws Exception {
    AtomicInteger written = new AtomicInteger();
    SecuredSocket socket = connected(written);
    int before = written.get();
    socket.setSoLinger(true, 0);
    assertThat(inBackground(() -> close(socket))).succeedsWithin(PATIENCE);
    assertThat(written).hasValue(before);
    assertThat(socket.isClosed() && socket.raw().isClosed()).isTrue();
  }

  @Test
  void aWriteThatWaitsForThePeerEndsWithTheConnection() throws Exception {
    SecuredSocket socket = connected(new AtomicInteger());
    CountDownLatch writes = new CountDownLatch(1);
    CompletableFuture<Object> writing =
        inBackground(
            () -> {
              byte[] much = new byte[1 << 16];
              for (int i = 0; i < 1 << 16; i++) {
                socket.getOutputStream().write(much);
                writes.countDown();
              }
              return null;
            });
    assertThat(writes.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(inBackground(() -> close(socket))).succeedsWithin(PATIENCE);
    assertThat(writing)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingRootCause()
        .isInstanceOf(SocketException.class);
  }

  private static Object close(Socket socket) throws IOException {
    socket.close();
    return null;
  }

  /** To a server that has answered, and neither reads nor closes any more. */
  private SecuredSocket connected(AtomicInteger written) throws Exception {
    TestServer server = securedServer().answering(deafAfter("x"));
    Socket raw = closing(new Counted(written));
    raw.connect(server.address());
    TlsPlan plan = secured(server).tls().orElseThrow();
    SSLSocket tls = plan.wrap(raw, List.of("http/1.1"), Math.toIntExact(PATIENCE.toMillis()));
    SecuredSocket socket = new SecuredSocket(tls, raw, new Object());
    socket.setSoTimeout(Math.toIntExact(LONG.toMillis()));
    socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
    assertThat(socket.getInputStream().read()).isEqualTo('x');
    return socket;
  }

  private static <T> CompletableFuture<T> inBackground(Callable<T> task) {
    CompletableFuture<T> future = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                future.complete(task.call());
              } catch (Throwable e) {
                future.completeExceptionally(e);
              }
            },
            "contract-application");
    thread.setDaemon(true);
    thread.start();
    return future;
  }

  /** Counts the bytes that leave. */
  private static final class Counted extends Socket {
    private final AtomicInteger written;

    Counted(AtomicInteger written) {
      this.written = written;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          out.write(bytes, offset, length);
          written.addAndGet(length);
        }
      };
    }
  }
}
