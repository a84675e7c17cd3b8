// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import okhttp3.Cache;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is peculiar to this library, beyond the contract. */
final class OkHttpTest extends ClientHarness {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected io.inboard.contract.Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Test
  void anAsynchronousCallBeginsInTheContextOfWhoAskedForIt() throws Exception {
    TestServer server = plainServer();
    ThreadLocal<Context> current = ThreadLocal.withInitial(() -> Context.NONE);
    List<Context> begun = new CopyOnWriteArrayList<>();
    Contexts contexts =
        new Contexts() {
          @Override
          public Context current() {
            return current.get();
          }

          @Override
          public Scope activate(Context context) {
            Context outer = current.get();
            current.set(context);
            return () -> current.set(outer);
          }
        };
    Inboard.serve(
        new Inboard.Core(
            request -> {
              begun.add(current.get());
              return io.inboard.call.Call.UNTOUCHED;
            },
            Inbound.PASS,
            InboundTls.DISABLED,
            contexts));
    // One thread: the second call is begun by the end of the first.
    Dispatcher dispatcher = new Dispatcher(Executors.newSingleThreadExecutor());
    dispatcher.setMaxRequests(1);
    Application one = new Application(new OkHttpClient.Builder().dispatcher(dispatcher).build());
    List<Context> asked = List.of(new Context() {}, Context.NONE, new Context() {});
    List<Running> running = new ArrayList<>();
    for (Context context : asked) {
      try (Contexts.Scope scope = contexts.activate(context)) {
        running.add(one.enqueue(Request.get("http://127.0.0.1:" + server.port() + "/")));
      }
    }
    for (Running each : running) {
      each.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    dispatcher.executorService().shutdown();
    assertThat(begun).containsExactlyElementsOf(asked);
  }

  @Test
  void whatTheCacheAnswersIsNoCallAndWhatItAsksForIsOne(@TempDir Path directory) throws Exception {
    TestServer server =
        plainServer()
            .answering(
                head("200 OK", "Cache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok"),
                head("200 OK", "Etag: \"1\"\r\nContent-Length: 2\r\n\r\nok"),
                head("304 Not Modified", "Etag: \"1\"\r\n\r\n"));
    mesh.script(Script.to(plain(server)));
    Cache cache = new Cache(directory.toFile(), 1 << 20);
    Application caching = new Application(new OkHttpClient.Builder().cache(cache).build());
    for (int i = 0; i < 3; i++) {
      assertThat(caching.send(Request.get(URL + "/fresh")).text()).isEqualTo("ok");
    }
    assertThat(mesh.calls()).hasSize(1);
    for (int i = 0; i < 2; i++) {
      assertThat(caching.send(Request.get(URL + "/stale")).text()).isEqualTo("ok");
    }
    cache.close();
    assertThat(mesh.calls()).hasSize(3);
    assertThat(mesh.calls().get(2).statuses()).containsExactly(304);
    assertThat(mesh.calls().get(2).request().headers("if-none-match")).containsExactly("\"1\"");
  }

  @Test
  void interceptorsRunAsTheLibraryPromises() throws Exception {
    TestServer server = securedServer().answering(Answer.status(503));
    TestEndpoint endpoint = secured(server);
    mesh.script(Script.to(endpoint, endpoint));
    AtomicInteger calls = new AtomicInteger();
    List<String> attempts = new CopyOnWriteArrayList<>();
    Interceptor above =
        chain -> {
          calls.incrementAndGet();
          return chain.proceed(chain.request());
        };
    Interceptor below =
        chain -> {
          attempts.add(chain.request().header("x-attempt") + " " + chain.request().url());
          assertThat(chain.connection().socket().getPort()).isEqualTo(server.port());
          return chain.proceed(chain.request().newBuilder().header("x-below", "1").build());
        };
    OkHttpClient client =
        new OkHttpClient.Builder().addInterceptor(above).addNetworkInterceptor(below).build();
    assertThat(new Application(client).send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(calls).hasValue(1);
    assertThat(attempts).containsExactly("1 " + URL + "/", "2 " + URL + "/");
    assertThat(server.received()).allMatch(r -> r.header("x-below").isPresent());
  }

  @Test
  void whatAnInterceptorThrowsIsNobodysFailure() throws Exception {
    TestEndpoint endpoint = plain(plainServer());
    for (boolean answered : new boolean[] {false, true}) {
      AtomicInteger calls = new AtomicInteger();
      mesh.script(Script.to(endpoint, endpoint));
      Interceptor policy =
          chain -> {
            calls.incrementAndGet();
            if (answered) {
              chain.proceed(chain.request()).close();
            }
            throw new IOException("policy of the application");
          };
      Application refusing =
          new Application(new OkHttpClient.Builder().addNetworkInterceptor(policy).build());
      assertThatThrownBy(() -> refusing.send(Request.get(URL + "/")))
          .isInstanceOf(IOException.class)
          .hasMessage("policy of the application");
      assertThat(calls).hasValue(1);
      ScriptedCall call = mesh.calls().get(mesh.calls().size() - 1);
      assertThat(call.failures()).isEmpty();
      assertThat(call.wasAbandoned()).isTrue();
    }
  }

  @Test
  void aBodyOfTheApplicationThatFailsIsNobodysFailure() throws Exception {
    TestEndpoint endpoint = plain(plainServer());
    mesh.script(Script.to(endpoint, endpoint));
    RequestBody body =
        new RequestBody() {
          @Override
          public MediaType contentType() {
            return null;
          }

          @Override
          public void writeTo(BufferedSink sink) throws IOException {
            throw new FileNotFoundException("upload.bin");
          }
        };
    okhttp3.Call call =
        new OkHttpClient().newCall(new okhttp3.Request.Builder().url(URL + "/").put(body).build());
    assertThatThrownBy(call::execute).isInstanceOf(FileNotFoundException.class);
    assertThat(mesh.calls())
        .singleElement()
        .satisfies(
            c -> {
              assertThat(c.failures()).isEmpty();
              assertThat(c.wasAbandoned()).isTrue();
            });
  }

  @Test
  void theApplicationSeesNoHandshakeAndNoHeaderThatItDidNotAskFor() throws Exception {
    mesh.script(Script.to(secured(securedServer())));
    try (Response response = application.call(Request.get(URL + "/")).execute()) {
      assertThat(response.handshake()).isNull();
      assertThat(response.request().headers().names()).isEmpty();
      assertThat(response.request().url()).hasToString(URL + "/");
    }
  }

  @Test
  void theLibrarysOwnRetryOfAHostOutsideTheMeshIsACallOfItsOwn() throws Exception {
    TestServer server = plainServer().answering(Answer.OK_THEN_CLOSE);
    mesh.script(Script.passThrough());
    String url = "http://127.0.0.1:" + server.port() + "/";
    send(Request.get(url));
    assertThat(send(Request.get(url)).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(2).allMatch(r -> r.all("traceparent").size() == 1);
    // The library may see in time that its connection has ended.
    List<Boolean> resent = mesh.calls().stream().map(c -> c.request().resent()).toList();
    assertThat(resent).isIn(List.of(false, false), List.of(false, false, true));
  }

  @Test
  void theLibrarysOwnRetriesCanBeSwitchedOffForHostsOutsideTheMesh() throws Exception {
    TestServer server =
        plainServer().answering(head("503 No", "Retry-After: 0\r\nContent-Length: 0\r\n\r\n"));
    mesh.script(Script.passThrough().withoutLibraryRetries());
    assertThat(send(Request.get("http://127.0.0.1:" + server.port() + "/")).status())
        .isEqualTo(503);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void a503ThatSaysAtOnceIsRepeatedByTheLibraryOutsideOfTheMeshAndByTheMeshAloneInside()
      throws Exception {
    Answer again = head("503 No", "Retry-After: 0\r\nContent-Length: 0\r\n\r\n");
    TestServer server = plainServer().answering(again);
    mesh.script(Script.passThrough());
    assertThat(send(Request.get("http://127.0.0.1:" + server.port() + "/")).status())
        .isEqualTo(200);
    assertThat(mesh.calls()).extracting(c -> c.request().resent()).containsExactly(false, true);
    TestServer inside = plainServer().answering(again, again);
    TestEndpoint endpoint = plain(inside);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(503);
    assertThat(inside.received()).hasSize(2);
  }

  @Test
  void eachHopOfARedirectIsACallWithAnEndpointOfItsOwn() throws Exception {
    TestServer second = plainServer();
    TestServer first = securedServer().answering(Answer.redirect(302, URL + "/there"));
    TestEndpoint here = secured(first);
    TestEndpoint there = plain(second);
    mesh.script(Script.to(here));
    // The same host: the library would go on over the connection that it has.
    OkHttpClient client =
        new OkHttpClient.Builder()
            .addNetworkInterceptor(
                chain -> {
                  Response response = chain.proceed(chain.request());
                  mesh.script(Script.to(there));
                  return response;
                })
            .build();
    assertThat(new Application(client).send(Request.get(URL + "/here")).status()).isEqualTo(200);
    assertThat(first.received()).hasSize(1);
    assertThat(second.received()).singleElement().matches(r -> r.target().equals("/there"));
    assertThat(mesh.calls())
        .extracting(ScriptedCall::statuses)
        .containsExactly(List.of(302), List.of(200));
    assertThat(mesh.calls()).noneMatch(c -> c.request().resent());
  }

  @Test
  void theApplicationsCallTimeoutEndsAPauseBetweenTwoAttempts() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(LONG));
    Application hasty = callTimeout(Duration.ofMillis(700));
    assertThatThrownBy(() -> hasty.send(Request.get(URL + "/")))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("timeout");
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void theApplicationsCallTimeoutCountsAgainstTheEndpointThatHangs() throws Exception {
    TestServer hanging = plainServer().answering(Answer.HANG);
    mesh.script(Script.to(plain(hanging), plain(plainServer())));
    Application hasty = callTimeout(Duration.ofMillis(700));
    assertThatThrownBy(() -> hasty.send(Request.get(URL + "/")))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("timeout");
    assertThat(mesh.call().progress()).containsExactly(Progress.SENT);
    assertThat(mesh.call().failures().get(0).error()).isInstanceOf(InterruptedIOException.class);
    assertThat(mesh.call().attempts()).hasSize(2);
    assertThat(mesh.call().wasAbandoned()).isTrue();
  }

  @Test
  void cancellingEndsAPauseBetweenTwoAttempts() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(LONG));
    Running running = application.enqueue(Request.get(URL + "/"));
    eventually(() -> !mesh.calls().isEmpty() && mesh.call().statuses().size() == 1, () -> "a 503");
    running.cancel().run();
    assertThat(running.response())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("Canceled");
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anInterruptEndsAPauseBetweenTwoAttemptsAndIsKept() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint).delay(LONG));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> kept = new AtomicReference<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                send(Request.get(URL + "/"));
              } catch (Throwable e) {
                thrown.set(e);
                kept.set(Thread.interrupted());
              }
            });
    thread.start();
    eventually(() -> !mesh.calls().isEmpty() && mesh.call().statuses().size() == 1, () -> "a 503");
    thread.interrupt();
    thread.join(PATIENCE.toMillis());
    assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(kept.get()).isTrue();
    assertThat(mesh.call().wasAbandoned()).isTrue();
  }

  @Test
  void aBodyThatTheApplicationReadsIsShownToTheMesh() throws Exception {
    TestServer server = plainServer().answering(Answer.status(200, "a body"));
    mesh.script(Script.to(plain(server)).wantingBodies(6));
    send(Request.get(URL + "/"));
    assertThat(mesh.call().bodies()).containsExactly("a body");
  }

  @Test
  void aTimerThatStrikesTooLateHitsNobodysConnection() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint));
    send(Request.get(URL + "/"));
    mesh.call().attempts().get(0).strike();
    send(Request.get(URL + "/"));
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aProxyIsLeftAlone() throws Exception {
    TestServer proxy = plainServer();
    mesh.script(Script.to(secured(securedServer())));
    OkHttpClient client =
        new OkHttpClient.Builder()
            .proxy(new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", proxy.port())))
            .build();
    new Application(client).send(Request.get(URL + "/"));
    assertThat(proxy.received().get(0).target()).isEqualTo(URL + "/");
    assertThat(proxy.received().get(0).all("traceparent")).hasSize(1);
    assertThat(mesh.calls().get(0).request().proxied()).isTrue();
  }

  @Test
  void theApplicationsOwnTlsIsLeftAlone() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.to(secured(securedServer())));
    assertThatThrownBy(() -> send(Request.get("https://127.0.0.1:" + server.port() + "/")))
        .isInstanceOf(SSLException.class);
    assertThat(mesh.calls()).allMatch(c -> c.request().scheme().equals("https"));
    assertThat(server.received()).isEmpty();
  }

  @Test
  void theApplicationsSocketsAreUsed() throws Exception {
    AtomicInteger made = new AtomicInteger();
    Sockets counting =
        new Sockets(
            () -> {
              made.incrementAndGet();
              return new Socket();
            });
    OkHttpClient client = new OkHttpClient.Builder().socketFactory(counting).build();
    mesh.script(Script.to(secured(securedServer())));
    assertThat(new Application(client).send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(made).hasValue(1);
  }

  /** An interceptor or a Dns of the application may ask somebody else. */
  @Test
  void aCallInsideACallHasItsOwnEndpointAndHeaders() throws Exception {
    TestServer outer = plainServer();
    TestServer inner = plainServer();
    mesh.script(Script.passThrough());
    Application plain = new Application();
    List<String> answers = new CopyOnWriteArrayList<>();
    OkHttpClient client =
        new OkHttpClient.Builder()
            .dns(
                host -> {
                  try {
                    answers.add(
                        plain.send(Request.get("http://127.0.0.1:" + inner.port() + "/")).text());
                  } catch (IOException e) {
                    throw new UnknownHostException(e.toString());
                  }
                  return List.of(InetAddress.getLoopbackAddress());
                })
            .build();
    new Application(client).send(Request.get("http://outer.invalid:" + outer.port() + "/"));
    assertThat(answers).containsExactly("answer 200");
    assertThat(inner.received()).singleElement().matches(r -> r.all("traceparent").size() == 1);
    assertThat(outer.received()).singleElement().matches(r -> r.all("traceparent").size() == 1);
    assertThat(mesh.calls())
        .extracting(c -> c.request().host())
        .containsExactly("outer.invalid", "127.0.0.1");
  }

  @Test
  void aWebSocketHandshakeGoesToItsEndpointWithHeadersAndIsNotRepeatedOnceAnswered()
      throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    mesh.script(Script.to(plain(server), plain(server)));
    AtomicReference<Throwable> failed = new AtomicReference<>();
    application.client.newWebSocket(
        new okhttp3.Request.Builder().url(URL + "/").build(),
        new WebSocketListener() {
          @Override
          public void onFailure(WebSocket socket, Throwable error, Response response) {
            failed.set(error);
          }
        });
    eventually(() -> failed.get() != null, () -> "the failure");
    assertThat(server.received()).hasSize(1);
    assertThat(server.received().get(0).all("traceparent")).hasSize(1);
    assertThat(server.received().get(0).header("upgrade")).contains("websocket");
  }

  @Test
  void anAddressThatNobodyKnowsIsAConnectFailure() throws Exception {
    TestEndpoint unknown =
        new TestEndpoint(
            InetSocketAddress.createUnresolved("nowhere.invalid", 80), "nowhere", Optional.empty());
    mesh.script(Script.to(unknown, plain(plainServer())));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
  }

  @Test
  void aResponseThatStopsInItsHeadIsNotTakenForNone() throws Exception {
    Answer half =
        connection -> {
          connection.write("HTTP/1.1 200 OK\r\nContent-");
          connection.close();
        };
    TestServer server = plainServer().answering(half);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThatThrownBy(() -> send(Request.get(URL + "/"))).isInstanceOf(IOException.class);
    assertThat(mesh.call().progress()).containsExactly(Progress.RESPONSE_STARTED);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anAnswerAfterAFailureEndsTheLibrarysCallAndTheNextOneCanFollow() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE, Answer.CLOSE);
    mesh.script(Script.to(plain(server)).thenAnswering(203, Map.of(), "instead"));
    AtomicInteger ended = new AtomicInteger();
    EventListener listener =
        new EventListener() {
          @Override
          public void callEnd(okhttp3.Call call) {
            ended.incrementAndGet();
          }
        };
    Interceptor twice =
        chain -> {
          chain.proceed(chain.request()).close();
          return chain.proceed(chain.request());
        };
    OkHttpClient client =
        new OkHttpClient.Builder().eventListener(listener).addInterceptor(twice).build();
    io.inboard.contract.Response answer = new Application(client).send(Request.get(URL + "/"));
    assertThat(answer.text()).isEqualTo("instead");
    assertThat(server.received()).hasSize(2);
    assertThat(ended).hasValue(1);
    assertThat(client.connectionPool().connectionCount())
        .as("none is in use")
        .isEqualTo(client.connectionPool().idleConnectionCount());
  }

  @Test
  void anAnswerAfterAFailureMayRedirect() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(
        Script.to(plain(server))
            .thenAnswering(302, Map.of("location", URL + "/there"), "elsewhere"));
    assertThat(send(Request.get(URL + "/here")).status()).isEqualTo(200);
    assertThat(server.received())
        .satisfiesExactly(
            r -> assertThat(r.target()).isEqualTo("/here"),
            r -> assertThat(r.target()).isEqualTo("/there"));
  }

  private Application callTimeout(Duration timeout) {
    return new Application(new OkHttpClient.Builder().callTimeout(timeout).build());
  }

  private static Answer head(String status, String rest) {
    return connection -> connection.write("HTTP/1.1 " + status + "\r\n" + rest);
  }
}
