// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;
import static java.net.http.HttpResponse.PushPromiseHandler.of;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.EchoServer;
import io.inboard.contract.Script;
import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * As {@link DifferenceTest}, of calls that the mesh only watches, where HTTP/1.1 does not reach:
 * HTTP/2 with the application's own TLS or after an upgrade, pushed responses, WebSockets.
 */
final class WatchedDifferenceTest extends JdkHarness {
  /** Well over what a call on loopback takes, well under what a test may take. */
  private static final Duration SHORT = Duration.ofMillis(700);

  enum Play {
    ONE_AFTER_THE_OTHER {
      @Override
      void on(Server server) throws Exception {
        for (int i = 0; i < 3; i++) {
          server.send(server.request("/" + i));
          server.send(server.request("/" + i).POST(BodyPublishers.ofString("body")));
        }
      }
    },
    BODIES {
      @Override
      void on(Server server) throws Exception {
        server.send(server.request("/").POST(once()));
        server.send(server.request("/").POST(BodyPublishers.ofByteArray(new byte[300_000])));
      }
    },
    AT_ONCE {
      @Override
      void on(Server server) throws Exception {
        server.send(server.request("/first"));
        List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          all.add(
              server.client.sendAsync(
                  server.request("/" + i).POST(once()).build(), BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> each : all) {
          server.see(each);
        }
      }
    },
    STATUSES_AND_REDIRECTS {
      @Override
      void on(Server server) throws Exception {
        server.http2.answering(
            Http2Server.Reply.redirect("/there"),
            Http2Server.Reply.status(200),
            Http2Server.Reply.status(404),
            Http2Server.Reply.redirect(server.url("/other")));
        server.send(server.request("/here"));
        server.send(server.request("/missing"));
        server.send(server.request("/here").POST(BodyPublishers.ofString("body")));
      }
    },
    PUSHED {
      @Override
      void on(Server server) throws Exception {
        server.send(server.request("/"));
        ConcurrentMap<HttpRequest, CompletableFuture<HttpResponse<String>>> pushed =
            new ConcurrentHashMap<>();
        server.see(
            server.client.sendAsync(
                server.request("/pushing").build(),
                BodyHandlers.ofString(),
                of(request -> BodyHandlers.ofString(), pushed)));
        server.seen.add(pushed.size() + " pushed");
        List<String> texts = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> each : pushed.values()) {
          texts.add(server.text(each.get(9, TimeUnit.SECONDS)));
        }
        texts.stream().sorted().forEach(server.seen::add);
      }
    },
    TIME_IS_UP {
      @Override
      void on(Server server) throws Exception {
        server.send(server.request("/"));
        server.http2.answering(server.http2.hang());
        server.send(server.request("/hangs").timeout(SHORT));
        server.send(server.request("/after"));
      }
    },
    CANCELLED {
      @Override
      void on(Server server) throws Exception {
        server.send(server.request("/"));
        server.http2.answering(server.http2.hang());
        CompletableFuture<HttpResponse<String>> future =
            server.client.sendAsync(server.request("/hangs").build(), BodyHandlers.ofString());
        eventually(() -> server.http2.arrived().size() == 2, () -> "the request");
        server.seen.add("cancelled " + future.cancel(true));
        server.see(future);
        server.send(server.request("/after"));
      }
    },
    CLOSED_UNREAD {
      @Override
      void on(Server server) throws Exception {
        server.http2.answering(Http2Server.Reply.status(200), server.http2.hangInBody());
        server.send(server.request("/"));
        var response =
            server.client.send(server.request("/part").build(), BodyHandlers.ofInputStream());
        server.seen.add("read " + response.body().read());
        response.body().close();
        server.send(server.request("/after"));
      }
    };

    abstract void on(Server server) throws Exception;

    private static HttpRequest.BodyPublisher once() {
      return BodyPublishers.ofInputStream(
          () -> new ByteArrayInputStream("body".getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** A server, a client that may speak HTTP/2, and what an application saw of its calls. */
  private static final class Server implements AutoCloseable {
    final Http2Server http2 = Http2Server.secured(TroublesTest.PUBLIC);
    final HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .sslContext(TroublesTest.trusting())
            .build();
    final List<String> seen = new ArrayList<>();

    Server() throws Exception {}

    String url(String path) {
      return "https://127.0.0.1:" + port() + path;
    }

    int port() {
      return http2.address().getPort();
    }

    HttpRequest.Builder request(String path) {
      return HttpRequest.newBuilder(URI.create(url(path)));
    }

    void send(HttpRequest.Builder request) throws Exception {
      see(client.sendAsync(request.build(), BodyHandlers.ofString()));
    }

    void see(CompletableFuture<HttpResponse<String>> future) throws Exception {
      try {
        HttpResponse<String> response = future.get(9, TimeUnit.SECONDS);
        seen.add(text(response));
      } catch (CancellationException e) {
        seen.add("cancelled");
      } catch (ExecutionException e) {
        // By the future itself, or by the exchange that it cancels: which comes first is the JDK's.
        seen.add(
            e.getCause() instanceof CancellationException
                ? "cancelled"
                : e.getCause().getClass() + ": " + e.getCause().getMessage());
      }
    }

    String text(HttpResponse<String> response) {
      return String.join(
          " ",
          response.version().toString(),
          String.valueOf(response.statusCode()),
          response.uri().toString().replace(":" + port(), ":PORT"),
          response.body(),
          String.valueOf(response.headers().firstValue("content-length").isPresent()),
          headers(response.request()),
          response.previousResponse().map(this::text).orElse("first"));
    }

    /** Of a pushed request they are the server's, made of those that came. */
    private String headers(HttpRequest request) {
      return request.headers().map().entrySet().stream()
          .filter(h -> !h.getKey().matches("traceparent|x-.*"))
          .map(h -> (h.getKey() + h.getValue()).replace(":" + port(), ":PORT"))
          .toList()
          .toString();
    }

    List<String> all() {
      // Streams of one connection, and pushed ones, arrive in any order.
      http2.arrived().stream()
          .map(
              arrived ->
                  String.join(
                      " ",
                      arrived.protocol(),
                      arrived.target(),
                      arrived.host().replace(":" + port(), ":PORT"),
                      arrived.body()))
          .sorted()
          .forEach(seen::add);
      return seen;
    }

    @Override
    public void close() throws Exception {
      http2.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void theSameIsSeen(Play play) throws Exception {
    List<String> without = seen(play, Script.untouchedCall());
    assertThat(seen(play, Script.passThrough())).isEqualTo(without);
    assertThat(mesh.calls()).isNotEmpty().allMatch(call -> call.attempts().size() == 1);
  }

  private List<String> seen(Play play, Script script) throws Exception {
    mesh.script(script);
    try (Server server = new Server()) {
      play.on(server);
      boolean watched = !mesh.calls().isEmpty();
      assertThat(server.http2.arrived())
          .filteredOn(arrived -> !arrived.target().startsWith("/pushed"))
          .allMatch(arrived -> arrived.traceparents().size() == (watched ? 1 : 0));
      return server.all();
    }
  }

  /** The first request asks for it; in Tomcat it is answered over HTTP/2. */
  @Test
  void theSameIsSeenOfAnUpgrade() throws Exception {
    List<String> without = upgraded(Script.untouchedCall());
    assertThat(upgraded(Script.passThrough())).isEqualTo(without);
    assertThat(without).anyMatch(line -> line.startsWith("HTTP_2"));
    assertThat(mesh.calls()).hasSize(2).allMatch(call -> call.statuses().equals(List.of(200)));
  }

  private List<String> upgraded(Script script) throws Exception {
    mesh.script(script);
    try (Http2Server server = Http2Server.plain()) {
      List<String> seen = new ArrayList<>();
      for (String path : List.of("/first", "/second")) {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        HttpResponse<String> response =
            client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        seen.add(response.version() + " " + response.statusCode() + " " + response.body());
      }
      server.arrived().forEach(arrived -> seen.add(arrived.protocol() + " " + arrived.target()));
      return seen;
    }
  }

  /** How an opening handshake ends. */
  enum Handshake {
    WELL,
    REFUSED
  }

  @ParameterizedTest
  @EnumSource
  void theSameIsSeenOfAWebSocket(Handshake handshake) throws Exception {
    List<String> without = heard(handshake, Script.untouchedCall());
    assertThat(heard(handshake, Script.passThrough())).isEqualTo(without);
    // A connection that is refused is tried once more by the JDK.
    assertThat(mesh.calls())
        .isNotEmpty()
        .allMatch(call -> call.statuses().size() == (handshake == Handshake.WELL ? 1 : 0))
        .allMatch(call -> call.failures().size() == (handshake == Handshake.WELL ? 0 : 1));
  }

  private List<String> heard(Handshake handshake, Script script) throws Exception {
    mesh.script(script);
    try (EchoServer server = new EchoServer(Optional.empty())) {
      InetSocketAddress address = handshake == Handshake.WELL ? server.address() : refusing();
      List<String> heard = new ArrayList<>();
      CompletableFuture<String> closed = new CompletableFuture<>();
      try {
        WebSocket socket =
            client
                .newWebSocketBuilder()
                .header("X-Own", "mine")
                .subprotocols("chat")
                .buildAsync(
                    URI.create("ws://127.0.0.1:" + address.getPort() + "/echo?a=b"),
                    new Listener(heard, closed))
                .get(9, TimeUnit.SECONDS);
        socket.sendText("text", true).get(9, TimeUnit.SECONDS);
        socket.sendText("close me", true).get(9, TimeUnit.SECONDS);
        heard.add(closed.get(9, TimeUnit.SECONDS));
        String head = server.head();
        heard.add(
            head.replace(":" + address.getPort(), ":PORT")
                .replaceAll("Sec-WebSocket-Key: .*", "")
                .replaceAll("(?i)(traceparent|x-attempt|x-first-only): .*\r\n", ""));
      } catch (ExecutionException e) {
        heard.add(e.getCause().getClass() + ": " + e.getCause().getMessage());
      }
      return heard;
    }
  }

  /** What an application's listener is told; one thread at a time, before the close. */
  private record Listener(List<String> heard, CompletableFuture<String> closed)
      implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      heard.add("text " + data + " " + last);
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete("close " + code + " " + reason);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      closed.completeExceptionally(error);
    }
  }
}
