// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.Script;
import io.inboard.contract.TestIdentity;
import io.inboard.contract.TestServer;
import io.inboard.contract.Workload;
import io.inboard.identity.DevelopmentCa;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * As {@link DifferenceTest}, where calls do not go well: proxies, bodies that are waited with or
 * break off, times that are up, redirects between schemes, calls that are given up.
 */
final class TroublesTest extends JdkHarness {
  private static final DevelopmentCa PUBLIC_CA = DevelopmentCa.create();
  static final TestIdentity PUBLIC = TestIdentity.of(PUBLIC_CA, SERVER_ID);

  /** Well over what a call on loopback takes, well under what a test may take. */
  private static final Duration SHORT = Duration.ofMillis(700);

  /** Where the mesh sends the calls. */
  enum Way {
    /** Where the application says. */
    WATCHED,
    PLAINTEXT,
    MUTUAL
  }

  /** Makes calls, and says what the application saw of them. */
  interface Play {
    void on(Stage stage) throws Exception;
  }

  record Trial(String name, Play play) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Arguments> trials() {
    List<Trial> trials = new ArrayList<>();
    trials.add(new Trial("a proxy that wants credentials", stage -> proxied(stage, true)));
    trials.add(new Trial("a proxy whose credentials nobody has", stage -> proxied(stage, false)));
    trials.add(
        new Trial(
            "a tunnel that is refused",
            stage -> {
              stage.plain.answering(proxyChallenge(), Answer.status(502));
              stage.client.proxy(ProxySelector.of(stage.plain.address())).sslContext(trusting());
              stage.send(HttpRequest.newBuilder(URI.create("https://orders.invalid/")));
            }));
    for (String body : List.of("none", "held", "read once")) {
      trials.add(
          new Trial(
              "a body that waits for 100, " + body, stage -> stage.send(expecting(stage, body))));
    }
    trials.add(
        new Trial(
            "no answer in time",
            stage -> {
              stage.server.answering(Answer.HANG, Answer.HANG);
              stage.send(stage.request().timeout(SHORT));
              stage.isLeft(2);
            }));
    trials.add(
        new Trial(
            "no answer in time to a body",
            stage -> {
              stage.server.answering(Answer.HANG, Answer.HANG);
              stage.send(stage.request().timeout(SHORT).POST(BodyPublishers.ofString("body")));
              stage.isLeft(2);
            }));
    trials.add(
        new Trial(
            "no answer in time to a body that is read once",
            stage -> {
              stage.server.answering(Answer.HANG, Answer.HANG);
              stage.send(stage.request().timeout(SHORT).POST(once()));
              stage.isLeft(2);
            }));
    for (Map.Entry<String, Answer> half :
        Map.of(
                "closed",
                Answer.TRUNCATED,
                "in chunks",
                chunks("3\r\nabc\r\n5\r\nde"),
                "no last chunk",
                chunks("3\r\nabc\r\n"),
                "in the head",
                half("HTTP/1.1 200 OK\r\nContent-"),
                "no HTTP",
                half("SSH-2.0-OpenSSH\r\n"))
            .entrySet()) {
      trials.add(
          new Trial(
              "half a response, " + half.getKey(),
              stage -> {
                stage.server.answering(half.getValue(), half.getValue());
                stage.send(stage.request().POST(BodyPublishers.ofString("body")));
                stage.server.answering(half.getValue(), half.getValue());
                stage.send(stage.request().POST(once()));
              }));
    }
    for (HttpClient.Redirect policy : HttpClient.Redirect.values()) {
      trials.add(
          new Trial(
              "a redirect into TLS, " + policy,
              stage -> {
                stage.client.followRedirects(policy).sslContext(trusting());
                Answer there = Answer.redirect(307, url("https", stage.https));
                stage.server.answering(there, there);
                stage.send(stage.request().POST(BodyPublishers.ofString("body")));
              }));
      trials.add(
          new Trial(
              "a redirect out of TLS, " + policy,
              stage -> {
                stage.client.followRedirects(policy).sslContext(trusting());
                Answer there = Answer.redirect(307, url("http", stage.server));
                stage.https.answering(there, there);
                stage.send(HttpRequest.newBuilder(URI.create(url("https", stage.https))));
              }));
    }
    trials.add(new Trial("cancelled before the head", stage -> cancelled(stage, Answer.HANG)));
    trials.add(
        new Trial("cancelled within the body", stage -> cancelled(stage, Answer.HANG_IN_BODY)));
    trials.add(new Trial("interrupted", TroublesTest::interrupted));
    trials.add(new Trial("a body that is closed unread", TroublesTest::closedUnread));
    return trials.stream()
        .flatMap(trial -> Stream.of(Way.values()).map(way -> Arguments.of(trial, way)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("trials")
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void theSameIsSeen(Trial trial, Way way) throws Exception {
    List<String> without = seen(trial, Optional.empty());
    assertThat(seen(trial, Optional.of(way))).isEqualTo(without);
  }

  private List<String> seen(Trial trial, Optional<Way> way) throws Exception {
    try (Stage stage =
        new Stage(
            way.equals(Optional.of(Way.MUTUAL)) ? TestServer.secured(SERVER) : TestServer.plain(),
            PUBLIC)) {
      mesh.script(way.map(w -> script(w, stage.server)).orElse(Script.untouchedCall()));
      trial.play.on(stage);
      return stage.all();
    }
  }

  private static Script script(Way way, TestServer server) {
    return switch (way) {
      case WATCHED -> Script.passThrough();
      case PLAINTEXT -> Script.to(plain(server)).keeping(1000);
      case MUTUAL -> Script.to(secured(server)).keeping(1000);
    };
  }

  private static void proxied(Stage stage, boolean credentials) {
    stage.plain.answering(proxyChallenge());
    stage.client.proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", stage.plain.port())));
    if (credentials) {
      stage.client.authenticator(
          new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
              return new PasswordAuthentication("me", "secret".toCharArray());
            }
          });
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(URL + "/a"));
    stage.send(request);
    stage.send(request.POST(once()));
    stage.send(request.POST(BodyPublishers.ofString("body")));
  }

  private static HttpRequest.Builder expecting(Stage stage, String body) {
    return stage
        .request()
        .expectContinue(true)
        .POST(
            switch (body) {
              case "held" -> BodyPublishers.ofString("body");
              case "read once" -> once();
              default -> BodyPublishers.noBody();
            });
  }

  private static void cancelled(Stage stage, Answer answer) {
    stage.server.answering(answer);
    CompletableFuture<HttpResponse<String>> future =
        stage.client.build().sendAsync(stage.request().build(), BodyHandlers.ofString());
    eventually(() -> stage.server.received().size() == 1, () -> "the request");
    stage.seen.add("cancelled " + future.cancel(true));
    stage.see(
        () -> {
          try {
            return future.get(9, TimeUnit.SECONDS);
          } catch (CancellationException e) {
            throw new CancellationException();
          } catch (ExecutionException e) {
            // Or itself, with a message or without: which comes first is the JDK's.
            throw e.getCause() instanceof CancellationException ? new CancellationException() : e;
          }
        });
    stage.isLeft(1);
  }

  private static void interrupted(Stage stage) throws InterruptedException {
    stage.server.answering(Answer.HANG);
    HttpClient client = stage.client.build();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread application =
        new Thread(
            () -> {
              try {
                client.send(stage.request().build(), BodyHandlers.ofString());
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    application.start();
    eventually(() -> stage.server.received().size() == 1, () -> "the request");
    application.interrupt();
    application.join(9_000);
    stage.seen.add(String.valueOf(thrown.get()));
    stage.isLeft(1);
  }

  private static void closedUnread(Stage stage) throws Exception {
    stage.server.answering(Answer.HANG_IN_BODY);
    HttpResponse<InputStream> response =
        stage.client.build().send(stage.request().build(), BodyHandlers.ofInputStream());
    stage.seen.add("read " + response.body().read());
    response.body().close();
    stage.isLeft(1);
  }

  private static HttpRequest.BodyPublisher once() {
    return BodyPublishers.ofInputStream(
        () -> new ByteArrayInputStream("body".getBytes(StandardCharsets.UTF_8)));
  }

  private static Answer proxyChallenge() {
    return connection ->
        connection.write(
            "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n");
  }

  private static Answer chunks(String chunks) {
    return half("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
  }

  private static Answer half(String text) {
    return connection -> {
      connection.write(text);
      connection.close();
    };
  }

  private static String url(String scheme, TestServer server) {
    return scheme + "://localhost:" + server.port() + "/there";
  }

  /** An application's own, which takes any certificate. */
  static SSLContext trusting() throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(Workload.of(PUBLIC_CA.issue(CLIENT_ID)).keyStore(), "changeit".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), new TrustManager[] {new Credulous()}, null);
    return context;
  }

  private static final class Credulous extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
