// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Eventually;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.TestEndpoint;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server closes connections that rest in the pool, at the worst of times. */
final class PoolRaceTest extends ClientHarness {
  private static final int ROUNDS = 300;

  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return HttpUrlConnectionTest.exchange(HttpUrlConnectionTest.open(request), request);
  }

  /** Answers one request and closes, after a random time about as long as the client rests. */
  private RawServer closer(long seed) throws IOException {
    Random random = new Random(seed);
    return closing(
        new RawServer(
            c -> {
              if (c.head()) {
                c.ok();
                long rest;
                synchronized (random) {
                  rest = random.nextLong(TimeUnit.MICROSECONDS.toNanos(400));
                }
                LockSupport.parkNanos(rest);
              }
            }));
  }

  private TestEndpoint endpoint(RawServer server) {
    return TestEndpoint.plain(HOST, server.address());
  }

  @Test
  void noGetFailsWhateverTheMoment() throws Exception {
    RawServer server = closer(1);
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    Random random = new Random(2);
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
      LockSupport.parkNanos(random.nextLong(TimeUnit.MICROSECONDS.toNanos(400)));
    }
    // What arrived and was cut off was told to the mesh, and only that was sent again.
    long failed = mesh.calls().stream().mapToLong(c -> c.failures().size()).sum();
    assertThat(server.count("GET")).isBetween((long) ROUNDS, ROUNDS + failed);
    assertThat(mesh.calls()).allMatch(c -> c.progress().stream().allMatch(Progress.SENT::equals));
  }

  @Test
  void noPostIsSentTwiceAndOnlyOneThatMayHaveArrivedFails() throws Exception {
    RawServer server =
        closing(
            new RawServer(
                c -> {
                  if (c.head()) {
                    c.read(4);
                    c.ok();
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(150));
                  }
                }));
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    Random random = new Random(3);
    for (int i = 0; i < ROUNDS; i++) {
      try {
        assertThat(send(Request.post(URL + "/", "body")).status()).isEqualTo(200);
      } catch (IOException e) {
        List<ScriptedCall> calls = mesh.calls();
        assertThat(calls.get(calls.size() - 1).progress()).containsExactly(Progress.SENT);
      }
      LockSupport.parkNanos(random.nextLong(TimeUnit.MICROSECONDS.toNanos(400)));
    }
    assertThat(server.count("POST")).isLessThanOrEqualTo(ROUNDS);
  }

  @Test
  void aPostOnAConnectionThatIsSeenToBeClosedNeverFails() throws Exception {
    RawServer server =
        closing(
            new RawServer(
                c -> {
                  if (c.head()) {
                    c.read(4);
                    c.ok();
                  }
                }));
    mesh.script(Script.to(endpoint(server)));
    for (int i = 0; i < 50; i++) {
      assertThat(send(Request.post(URL + "/", "body")).status()).isEqualTo(200);
      server.awaitEnds(0);
    }
    assertThat(server.count("POST")).isEqualTo(50);
    assertThat(mesh.calls()).allMatch(c -> c.failures().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"buffered", "streamed"})
  void aConnectionThatDiesWhileTheBodyIsBeingMadeIsReplaced(String mode) throws Exception {
    CountDownLatch tired = new CountDownLatch(1);
    RawServer server =
        closing(
            new RawServer(
                c -> {
                  if (c.head()) {
                    c.drain();
                    c.ok();
                    tired.await();
                  }
                }));
    mesh.script(Script.to(endpoint(server)));
    send(Request.get(URL + "/"));
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    if (mode.equals("streamed")) {
      connection.setFixedLengthStreamingMode(1);
      connection.connect();
    } else {
      connection.getOutputStream().write(1);
    }
    assertThat(server.connections()).isEqualTo(1);
    tired.countDown();
    server.awaitEnds(0);
    if (mode.equals("streamed")) {
      connection.getOutputStream().write(1);
    }
    assertThat(connection.getResponseCode()).isEqualTo(200);
    connection.getInputStream().readAllBytes();
    assertThat(server.connections()).isEqualTo(2);
    assertThat(server.count("POST")).isEqualTo(1);
    assertThat(mesh.calls()).allMatch(c -> c.failures().isEmpty());
  }

  @Test
  void aConnectionThatCannotBeReplacedIsAFailedConnect() throws Exception {
    RawServer server = closing(new RawServer(c -> c.head()));
    mesh.script(Script.to(endpoint(server)));
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
    connection.connect();
    Eventually.eventually(() -> server.connections() == 1, () -> "the connection");
    server.close();
    server.awaitEnds(0);
    assertThatThrownBy(connection::getInputStream).isInstanceOf(IOException.class);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
  }

  @Test
  void aHeadThatBreaksOffIsTheBeginningOfAResponse() throws Exception {
    RawServer server =
        closing(
            new RawServer(
                c -> {
                  if (c.head()) {
                    c.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Le");
                    Eventually.pause(50);
                    c.reset();
                  }
                }));
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(failure(Request.get(URL + "/"))).isInstanceOf(IOException.class);
    assertThat(mesh.call().progress()).containsExactly(Progress.RESPONSE_STARTED);
    assertThat(server.count("GET")).isEqualTo(1);
  }
}
