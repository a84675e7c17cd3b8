// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.contract.Eventually;
import io.inboard.contract.Exchange;
import io.inboard.contract.PathHandlers;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SampleApplication;
import io.inboard.contract.ScriptedInbound;
import io.inboard.contract.SeenRequest;
import io.inboard.contract.ServerContract;
import io.inboard.contract.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JdkHttpServerTest extends ServerContract {
  @Override
  protected String library() {
    return "jdk-http-server";
  }

  @Override
  protected RunningServer start() throws IOException {
    return start(HttpServer.create(anyPort(), 0));
  }

  @Override
  protected RunningServer startWith(Executor threads) throws IOException {
    HttpServer server = HttpServer.create(anyPort(), 0);
    return start(server, threads, Executors.newCachedThreadPool());
  }

  @Override
  protected RunningServer startHandlers(Router router) throws IOException {
    HttpServer server = HttpServer.create(anyPort(), 0);
    if (router == Router.SERVER || router == Router.DIRECTORIES) {
      for (String path : PathHandlers.PATHS) {
        String context = router == Router.SERVER ? path : path + "/";
        server.createContext(context, x -> answer(x, path));
      }
      server.createContext("/", x -> answer(x, PathHandlers.UNKNOWN));
    } else {
      server.createContext("/", x -> answer(x, PathHandlers.choose(router, target(x))));
    }
    return start(server);
  }

  /** The path as it came, with what the server has taken for a host. */
  private static String target(HttpExchange exchange) {
    URI uri = exchange.getRequestURI();
    return uri.getScheme() == null ? uri.toString().replaceAll("[?#].*", "") : uri.getRawPath();
  }

  private static void answer(HttpExchange exchange, String handler) throws IOException {
    try (exchange) {
      byte[] name = PathHandlers.run(handler).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, name.length);
      exchange.getResponseBody().write(name);
    }
  }

  @Override
  protected Optional<RunningServer> startWithOwnTls(Workload identity) throws IOException {
    HttpsServer server = HttpsServer.create(anyPort(), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(identity.context()));
    return Optional.of(start(server));
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

  /** The server's default: its dispatcher serves the requests itself. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKeptConnectionDoesNotHoldTheDispatcher(boolean secured) throws Exception {
    try (RunningServer smallest = startWith(null)) {
      keptConnectionsHoldNoThread(smallest.port(), secured, 1);
    }
  }

  /**
   * The dispatcher itself serves, or one thread does: what waits for its peer holds neither, from a
   * half hello to a handshake that no request follows, and is still there when others were served.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPeerThatHasNotAskedYetHoldsNoThread(boolean ofTheApplication) throws Exception {
    mesh.handshakeMillis(600_000);
    ExecutorService one = ofTheApplication ? Executors.newSingleThreadExecutor() : null;
    byte[] hello = hello();
    try (RunningServer smallest = startWith(one);
        RawConnection half = RawConnection.plain(smallest.port());
        RawConnection whole = RawConnection.plain(smallest.port());
        RawConnection shaken = RawConnection.tls(smallest.port(), client)) {
      half.send(Arrays.copyOf(hello, 3));
      whole.send(hello);
      try (RawConnection plain = RawConnection.plain(smallest.port());
          RawConnection secured = RawConnection.tls(smallest.port(), client)) {
        assertThat(plain.get("/hello").text()).isEqualTo("hello");
        assertThat(secured.get("/hello").text()).isEqualTo("hello");
      }
      mesh.refused(0);
      half.send(Arrays.copyOfRange(hello, 3, hello.length));
      assertThat(half.first()).as("an answer to the other half").isEqualTo(0x16);
      assertThat(whole.first()).isEqualTo(0x16);
      assertThat(shaken.get("/hello").text()).isEqualTo("hello");
    } finally {
      if (one != null) {
        one.shutdownNow();
      }
    }
  }

  @Test
  void ofTooManyHalfHellosTheOldestGoes() throws Exception {
    mesh.handshakeMillis(600_000);
    List<RawConnection> half = new ArrayList<>();
    try {
      for (int i = 0; i <= Arrivals.MOST; i++) {
        RawConnection wire = RawConnection.plain(server.port());
        half.add(wire);
        wire.send(new byte[] {0x16, 0x03, 0x01});
        if (i == 0) {
          // So that it is the oldest: the server has seen it when it has answered another.
          try (RawConnection other = RawConnection.plain(server.port())) {
            assertThat(other.get("/hello").text()).isEqualTo("hello");
          }
        }
      }
      half.get(0).untilClosed();
      mesh.refusedFor(Refusal.TIMEOUT);
      try (RawConnection other = RawConnection.tls(server.port(), client)) {
        assertThat(other.get("/hello").text()).isEqualTo("hello");
      }
    } finally {
      for (RawConnection wire : half) {
        wire.close();
      }
    }
  }

  /** What a client says first. */
  private byte[] hello() throws IOException {
    SSLEngine engine = client.context().createSSLEngine();
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), hello);
    return Arrays.copyOf(hello.array(), hello.position());
  }

  @Test
  void theApplicationsOwnTlsIsDecidedUponAndReportedToo() throws Exception {
    Workload own = Workload.of(FOREIGN_CA.issue("spiffe://own.example/tls"));
    mesh.mode(Mode.STRICT);
    mesh.deny(403);
    try (RunningServer secured = startWithOwnTls(own).orElseThrow();
        RawConnection wire = RawConnection.tls(secured.port(), Workload.anonymous(FOREIGN_CA))) {
      assertThat(wire.get("/hello").status()).isEqualTo(403);
      assertThat(wire.post("/echo", new byte[5000]).status()).isEqualTo(403);
    }
    assertThat(calls()).isZero();
    assertThat(mesh.ended(2)).allSatisfy(r -> assertThat(r.ends()).hasSize(1));
  }

  @Test
  void theHeadersThatWeCorrectedAreAsUnmodifiableAsTheServers() throws Exception {
    HttpServer own = HttpServer.create(anyPort(), 0);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    own.createContext(
        "/",
        x -> {
          thrown.set(catchThrowable(() -> x.getRequestHeaders().set("x-mine", "changed")));
          x.sendResponseHeaders(204, -1);
        });
    try (RunningServer running = start(own);
        RawConnection wire = RawConnection.plain(running.port())) {
      assertThat(wire.get("/other", "x-mine: kept").status()).isEqualTo(204);
    }
    assertThat(thrown.get()).isInstanceOf(UnsupportedOperationException.class);
    assertThat(mesh.only().route()).isEqualTo("/");
  }

  @Test
  void aFilterRunsUnderTheContextAndSeesNoRefusedRequest() throws Exception {
    HttpServer own = HttpServer.create(anyPort(), 0);
    List<String> filtered = new CopyOnWriteArrayList<>();
    own.createContext("/shop/", x -> x.sendResponseHeaders(204, -1))
        .getFilters()
        .add(
            new Filter() {
              @Override
              public void doFilter(HttpExchange x, Chain chain) throws IOException {
                filtered.add(
                    ScriptedInbound.requestOfThisThread().map(SeenRequest::path).orElse("none"));
                chain.doFilter(x);
              }

              @Override
              public String description() {
                return "remembers";
              }
            });
    try (RunningServer running = start(own)) {
      try (RawConnection wire = RawConnection.plain(running.port())) {
        assertThat(wire.get("/shop/1").status()).isEqualTo(204);
        mesh.deny(403);
        assertThat(wire.get("/shop/2").status()).isEqualTo(403);
      }
    }
    assertThat(filtered).containsExactly("/shop/1");
    assertThat(mesh.ended(2)).extracting(SeenRequest::route).containsOnly("/shop/");
  }

  @Test
  void aRequestWhoseServerStopsHasEndedOnce() throws Exception {
    HttpServer own = HttpServer.create(anyPort(), 0);
    CountDownLatch release = new CountDownLatch(1);
    own.createContext(
        "/",
        x -> {
          try (x) {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    ExecutorService threads = Executors.newCachedThreadPool();
    own.setExecutor(threads);
    own.start();
    try (RawConnection wire = RawConnection.tls(own.getAddress().getPort(), client)) {
      wire.send("GET", "/", new byte[0]);
      Eventually.eventually(() -> mesh.seen().size() == 1, () -> "the request's begin");
      own.stop(0);
      assertThat(mesh.only().ends()).containsExactly(new SeenRequest.End(0, Optional.empty()));
    } finally {
      release.countDown();
      threads.shutdown();
    }
    assertThat(threads.awaitTermination(20, SECONDS)).isTrue();
    assertThat(mesh.only().ends()).hasSize(1);
  }

  @Test
  void aPeerThatDoesNotReadNeverHoldsTheServersStop() throws Exception {
    HttpServer own = HttpServer.create(anyPort(), 0);
    AtomicInteger written = new AtomicInteger();
    own.createContext(
        "/",
        x -> {
          x.sendResponseHeaders(200, 0);
          byte[] much = new byte[1 << 16];
          while (true) {
            x.getResponseBody().write(much);
            written.incrementAndGet();
          }
        });
    ExecutorService threads = Executors.newCachedThreadPool();
    own.setExecutor(threads);
    own.start();
    try (RawConnection wire = RawConnection.tls(own.getAddress().getPort(), client)) {
      wire.send("GET", "/", new byte[0]);
      Eventually.eventually(() -> mesh.seen().size() == 1, () -> "the request's begin");
      AtomicInteger before = new AtomicInteger(-1);
      Eventually.eventually(
          () -> {
            Eventually.pause(300);
            return before.getAndSet(written.get()) == written.get() && written.get() > 0;
          },
          () -> "a writer that waits, after " + written);
      assertThat(CompletableFuture.runAsync(() -> own.stop(0))).succeedsWithin(20, SECONDS);
      threads.shutdown();
      assertThat(threads.awaitTermination(20, SECONDS)).isTrue();
    }
  }

  private static RunningServer start(HttpServer server) {
    ExecutorService threads = Executors.newCachedThreadPool();
    return start(server, threads, threads);
  }

  /**
   * @param requests serves requests
   * @param threads of the application, shut down with the server
   */
  private static RunningServer start(
      HttpServer server, Executor requests, ExecutorService threads) {
    server.setExecutor(requests);
    for (String path : SampleApplication.PATHS) {
      server.createContext(path, x -> SampleApplication.handle(new JdkExchange(x, threads)));
    }
    try {
      server.createContext("/", x -> SampleApplication.handle(new JdkExchange(x, threads)));
    } catch (IllegalArgumentException theTestHasItsOwn) {
      // Nothing is left to be done.
    }
    server.start();
    return new RunningServer() {
      @Override
      public int port() {
        return server.getAddress().getPort();
      }

      @Override
      public void close() {
        server.stop(0);
        threads.shutdownNow();
      }
    };
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private record JdkExchange(HttpExchange exchange, ExecutorService threads) implements Exchange {
    @Override
    public String path() {
      return exchange.getRequestURI().getPath();
    }

    @Override
    public List<String> headers(String name) {
      List<String> values = exchange.getRequestHeaders().get(name);
      return values == null ? List.of() : values;
    }

    @Override
    public InputStream body() {
      return exchange.getRequestBody();
    }

    @Override
    public void header(String name, String value) {
      exchange.getResponseHeaders().set(name, value);
    }

    @Override
    public OutputStream respond(int status, long length) throws IOException {
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, head || length == 0 ? -1 : Math.max(0, length));
      return head ? OutputStream.nullOutputStream() : exchange.getResponseBody();
    }

    @Override
    public void async(Rest rest) {
      threads.execute(
          () -> {
            try (exchange) {
              rest.run(this);
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
    }
  }
}
