// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inboard.call.Step;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.TestEndpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Time that is up, a disconnect and an interrupt stop the I/O at once, wherever the calling thread
 * is, and the server sees the connection end.
 */
final class StopTest extends ClientHarness {
  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return HttpUrlConnectionTest.exchange(HttpUrlConnectionTest.open(request), request);
  }

  /** Where the calling thread blocks. */
  enum Place {
    HANDSHAKE,
    WRITE,
    STREAMED_WRITE,
    HEAD,
    BODY
  }

  private static boolean virtualThreads() {
    return Runtime.version().feature() >= 21;
  }

  static List<Arguments> places() {
    List<Arguments> all = new ArrayList<>();
    for (Place place : Place.values()) {
      all.add(Arguments.of(place, false));
      if (virtualThreads()) {
        all.add(Arguments.of(place, true));
      }
    }
    return all;
  }

  /** Runs as an application does; on a virtual thread if asked to. */
  private static Thread run(boolean virtual, Runnable task) {
    if (virtual) {
      try {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        return (Thread) start.invoke(null, task);
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }
    Thread thread = new Thread(task, "application");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** One call to a server that does not go on from a place, and what came of it. */
  private final class Stuck {
    final RawServer server;
    final Steps call;
    final Steps.Once attempt;
    final HttpURLConnection connection;
    final CompletableFuture<Integer> outcome = new CompletableFuture<>();
    final Thread thread;
    volatile boolean reading;

    Stuck(Place place, boolean virtual, Step... then) throws Exception {
      server =
          closing(
              new RawServer(
                  c -> {
                    if (place == Place.HEAD || place == Place.BODY) {
                      c.head();
                    }
                    if (place == Place.BODY) {
                      c.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                    }
                    if (place == Place.WRITE || place == Place.STREAMED_WRITE) {
                      c.head();
                      c.awaitEndUnread();
                    } else {
                      c.awaitClient();
                    }
                  }));
      TestEndpoint endpoint =
          place == Place.HANDSHAKE
              ? TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID)
              : TestEndpoint.plain(HOST, server.address());
      attempt = new Steps.Once(Optional.of(endpoint), true);
      List<Step> steps = new ArrayList<>(List.of(new Step.Send(attempt, 0)));
      if (place == Place.BODY) {
        steps.add(Step.DELIVER);
      }
      steps.addAll(List.of(then));
      call = new Steps(steps.toArray(Step[]::new)).serve();
      connection = (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
      boolean writes = place == Place.WRITE || place == Place.STREAMED_WRITE;
      if (writes) {
        connection.setRequestMethod("PUT");
        connection.setDoOutput(true);
      }
      if (place == Place.STREAMED_WRITE) {
        connection.setChunkedStreamingMode(4096);
      }
      thread =
          run(
              virtual,
              () -> {
                try {
                  if (writes) {
                    OutputStream out = connection.getOutputStream();
                    byte[] body = new byte[1 << 20];
                    for (int i = 0; i < 32; i++) {
                      out.write(body);
                    }
                  }
                  int status = connection.getResponseCode();
                  reading = true;
                  connection.getInputStream().readAllBytes();
                  outcome.complete(status);
                } catch (Throwable e) {
                  outcome.completeExceptionally(e);
                }
              });
      eventually(() -> server.connections() == 1, () -> "the connection");
      if (place != Place.HANDSHAKE) {
        eventually(() -> server.heads().size() == 1, () -> "the head");
      }
      if (place == Place.BODY) {
        eventually(() -> reading, () -> "the response");
      }
      // It is on its way to the place, and will not get any further.
      Thread.sleep(100);
      assertThat(outcome).isNotDone();
      assertThat(server.clientsGone()).isZero();
    }

    Throwable error() throws Exception {
      try {
        throw new AssertionError("status " + outcome.get(20, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        return e.getCause();
      }
    }

    void serverSeesItsEnd() {
      server.proceed();
      eventually(() -> server.clientsGone() == 1, () -> "the end of the connection");
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void timeThatIsUpStopsTheInputAndOutput(Place place, boolean virtual) throws Exception {
    Stuck stuck =
        new Stuck(place, virtual, new Step.Refuse(Step.Reason.TIMEOUT, "orders: time is up"));
    stuck.attempt.expire();
    Throwable error = stuck.error();
    assertThat(error).isInstanceOf(SocketTimeoutException.class);
    if (place != Place.BODY) {
      assertThat(error).hasMessage("orders: time is up");
    }
    stuck.serverSeesItsEnd();
    stuck.connection.disconnect();
    assertThat(stuck.call.doneCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("places")
  void disconnectingStopsTheInputAndOutput(Place place, boolean virtual) throws Exception {
    Stuck stuck = new Stuck(place, virtual);
    stuck.connection.disconnect();
    // The JDK has a NullPointerException for whom it interrupts in a write.
    assertThat(stuck.error())
        .isInstanceOf(place == Place.WRITE ? Exception.class : IOException.class);
    stuck.serverSeesItsEnd();
    if (place != Place.BODY) {
      assertThat(stuck.call.heard()).containsExactly("abandoned");
    }
    assertThat(stuck.call.doneCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("places")
  void anInterruptOfAVirtualThreadEndsTheCall(Place place, boolean virtual) throws Exception {
    if (!virtualThreads()) {
      System.out.println("skipped: this JDK has no virtual threads");
    }
    assumeTrue(virtualThreads(), "this JDK has no virtual threads");
    if (!virtual) {
      return;
    }
    RawServer other = closing(new RawServer(c -> c.head()));
    Stuck stuck =
        new Stuck(place, true, Steps.send(TestEndpoint.plain(HOST, other.address())), Step.DELIVER);
    stuck.thread.interrupt();
    assertThat(stuck.error()).isInstanceOf(IOException.class);
    stuck.serverSeesItsEnd();
    assertThat(other.connections()).isZero();
    if (place == Place.BODY) {
      stuck.connection.disconnect();
    } else {
      assertThat(stuck.call.heard()).containsExactly("abandoned");
    }
    assertThat(stuck.call.doneCount()).isEqualTo(1);
  }

  /** A listener whose queue is full: the kernel answers no SYN. */
  private InetSocketAddress unanswering() throws IOException {
    ServerSocket full = closing(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    InetSocketAddress address = (InetSocketAddress) full.getLocalSocketAddress();
    for (int i = 0; i < 8; i++) {
      Socket filler = closing(new Socket());
      try {
        filler.connect(address, 100);
      } catch (SocketTimeoutException e) {
        return address;
      }
    }
    assumeTrue(false, "this kernel queues connections without end");
    throw new AssertionError();
  }

  static List<Boolean> threads() {
    return virtualThreads() ? List.of(false, true) : List.of(false);
  }

  @ParameterizedTest
  @MethodSource("threads")
  void timeThatIsUpStopsAConnect(boolean virtual) throws Exception {
    Steps.Once attempt = new Steps.Once(Optional.of(TestEndpoint.plain(HOST, unanswering())), true);
    Steps call =
        new Steps(
                new Step.Send(attempt, 0),
                new Step.Refuse(Step.Reason.TIMEOUT, "orders: time is up"))
            .serve();
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    run(
        virtual,
        () -> {
          try {
            connection.connect();
            outcome.complete(null);
          } catch (Throwable e) {
            outcome.complete(e);
          }
        });
    eventually(attempt::begun, () -> "the attempt");
    Thread.sleep(100);
    assertThat(outcome).isNotDone();
    attempt.expire();
    assertThat(outcome.get(20, TimeUnit.SECONDS)).hasMessage("orders: time is up");
    assertThat(call.heard()).containsExactly("NOT_CONNECTED");
  }

  @Test
  void disconnectingStopsAConnect() throws Exception {
    Steps.Once attempt = new Steps.Once(Optional.of(TestEndpoint.plain(HOST, unanswering())), true);
    Steps call = new Steps(new Step.Send(attempt, 0)).serve();
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    run(
        false,
        () -> {
          try {
            connection.connect();
            outcome.complete(null);
          } catch (Throwable e) {
            outcome.complete(e);
          }
        });
    eventually(attempt::begun, () -> "the attempt");
    Thread.sleep(100);
    connection.disconnect();
    assertThat(outcome.get(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    assertThat(call.heard()).containsExactly("abandoned");
  }
}
