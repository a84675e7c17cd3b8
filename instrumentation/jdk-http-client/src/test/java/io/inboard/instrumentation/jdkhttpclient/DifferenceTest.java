// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.Received;
import io.inboard.contract.Script;
import io.inboard.contract.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same calls with an endpoint of the mesh and without us: the server gets the same requests,
 * and the application the same responses, or errors.
 */
final class DifferenceTest extends JdkHarness {
  @TempDir Path folder;

  /** Where the mesh sends the calls. */
  enum Way {
    /** Where the application says. */
    WATCHED,
    PLAINTEXT,
    MUTUAL,
    /** The first attempt of each call is answered by nobody. */
    HEDGED
  }

  enum Body {
    NONE,
    STRING,
    FILE,
    BYTES,
    STREAM,
    PUBLISHER,
    PUBLISHER_OF_LENGTH;

    boolean hedged() {
      return ordinal() < STREAM.ordinal();
    }
  }

  /**
   * What is tried.
   *
   * @param answers what the server says, in turn, then 200; {@code PORT} is its own
   * @param calls how many, one after the other, with one client
   */
  record Trial(
      String name,
      List<Answer> answers,
      int calls,
      Consumer<Client> client,
      Consumer<HttpRequest.Builder> request) {
    static Trial of(String name, Consumer<Client> client, Answer... answers) {
      return new Trial(name, List.of(answers), 2, client, r -> {});
    }

    Trial asking(Consumer<HttpRequest.Builder> with) {
      return new Trial(name, answers, calls, client, with);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A client in the making, and what the application keeps for it. */
  static final class Client {
    final HttpClient.Builder builder = HttpClient.newBuilder();
    final CookieManager cookies = new CookieManager();
    final AtomicInteger asked = new AtomicInteger();

    void cookies() {
      for (String name : new String[] {"a", "b"}) {
        HttpCookie cookie = new HttpCookie(name, "1");
        cookie.setPath("/");
        cookie.setVersion(0);
        cookies.getCookieStore().add(URI.create("http://localhost/"), cookie);
      }
      builder.cookieHandler(cookies);
    }

    void authenticator() {
      builder.authenticator(
          new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
              asked.incrementAndGet();
              return new PasswordAuthentication("me", "secret".toCharArray());
            }
          });
    }
  }

  private static final Answer CHALLENGE =
      raw("401 No\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n\r\n");
  private static final Answer COOKIE =
      raw("200 OK\r\nSet-Cookie: c=2; Path=/\r\nContent-Length: 2\r\n\r\nok");

  private static Answer raw(String answer) {
    return connection -> connection.write("HTTP/1.1 " + answer);
  }

  static Stream<Arguments> trials() {
    List<Trial> trials = new ArrayList<>();
    trials.add(Trial.of("nothing special", c -> {}));
    trials.add(Trial.of("cookies", Client::cookies, COOKIE));
    trials.add(Trial.of("credentials", Client::authenticator, CHALLENGE));
    trials.add(Trial.of("refused credentials", Client::authenticator, CHALLENGE, CHALLENGE));
    trials.add(
        Trial.of("the application's own credentials", Client::authenticator, CHALLENGE)
            .asking(r -> r.header("Authorization", "Bearer own")));
    trials.add(
        Trial.of(
            "cookies and credentials",
            c -> {
              c.cookies();
              c.authenticator();
            },
            CHALLENGE,
            COOKIE));
    for (int status : new int[] {302, 303, 307}) {
      trials.add(
          Trial.of(
              "redirect " + status,
              c -> {
                c.builder.followRedirects(HttpClient.Redirect.NORMAL);
                c.cookies();
              },
              Answer.redirect(status, "/elsewhere"),
              COOKIE));
      trials.add(
          Trial.of(
                  "redirect to another host " + status,
                  c -> {
                    c.builder.followRedirects(HttpClient.Redirect.ALWAYS);
                    c.cookies();
                    c.authenticator();
                  },
                  connection ->
                      Answer.redirect(status, "http://127.0.0.1:" + port(connection) + "/there")
                          .to(connection))
              .asking(r -> r.header("Authorization", "Bearer own")));
    }
    trials.add(
        Trial.of("a redirect that is not followed", Client::cookies, Answer.redirect(302, "/x")));
    trials.add(
        Trial.of("a user agent", c -> {})
            .asking(r -> r.header("User-Agent", "own").header("b", "1")));
    trials.add(Trial.of("a status of the server", c -> {}, Answer.status(404)));
    return trials.stream()
        .flatMap(trial -> Stream.of(Way.values()).map(way -> Arguments.of(trial, way)));
  }

  private static int port(TestServer.Connection connection) {
    return connection.port();
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("trials")
  void theSameIsSeen(Trial trial, Way way) throws Exception {
    for (Body body : Body.values()) {
      if (way == Way.HEDGED && !body.hedged()) {
        continue;
      }
      // The JDK asks for an upgrade in plaintext only.
      HttpClient.Version version =
          way == Way.MUTUAL || body.ordinal() % 2 == 0
              ? HttpClient.Version.HTTP_1_1
              : HttpClient.Version.HTTP_2;
      boolean async = body.ordinal() % 3 == 0;
      List<String> without = seen(trial, body, version, async, Optional.empty());
      List<String> with = seen(trial, body, version, async, Optional.of(way));
      assertThat(with).as("%s over %s", body, version).isEqualTo(without);
    }
  }

  private List<String> seen(
      Trial trial, Body body, HttpClient.Version version, boolean async, Optional<Way> way)
      throws Exception {
    try (TestServer server =
            way.equals(Optional.of(Way.MUTUAL)) ? TestServer.secured(SERVER) : TestServer.plain();
        TestServer nobody = TestServer.plain()) {
      server.answering(trial.answers.toArray(new Answer[0]));
      mesh.script(
          switch (way.map(Way::name).orElse("")) {
            case "WATCHED" -> Script.passThrough();
            case "PLAINTEXT" -> Script.to(plain(server)).keeping(1000);
            case "MUTUAL" -> Script.to(secured(server)).keeping(1000);
            case "HEDGED" -> {
              nobody.answering(Stream.generate(() -> Answer.HANG).limit(10).toArray(Answer[]::new));
              yield Script.to(plain(nobody), plain(server)).hedgeAfter(Duration.ofMillis(1));
            }
            default -> Script.untouchedCall();
          });
      Client client = new Client();
      client.builder.version(version);
      trial.client.accept(client);
      HttpClient http = client.builder.build();
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < trial.calls; i++) {
        HttpRequest.Builder request =
            HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/a/b?c=d"));
        trial.request.accept(request);
        if (body == Body.NONE) {
          request.GET();
        } else {
          request.POST(publisher(body));
        }
        seen.add(outcome(http, request.build(), async));
      }
      server.received().forEach(request -> seen.add(text(request)));
      seen.add("asked for a password " + client.asked + " times");
      client.cookies.getCookieStore().getCookies().forEach(c -> seen.add("keeps " + c));
      seen.replaceAll(line -> line.replace(":" + server.port(), ":PORT"));
      return seen;
    }
  }

  private BodyPublisher publisher(Body body) throws IOException {
    byte[] bytes = "the body".getBytes(StandardCharsets.UTF_8);
    return switch (body) {
      case NONE -> BodyPublishers.noBody();
      case STRING -> BodyPublishers.ofString("the body");
      case FILE -> BodyPublishers.ofFile(Files.write(folder.resolve("body"), bytes));
      case BYTES -> BodyPublishers.ofByteArrays(List.of(bytes, bytes));
      case STREAM -> BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
      case PUBLISHER -> BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(bytes));
      case PUBLISHER_OF_LENGTH ->
          BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(bytes), bytes.length);
    };
  }

  private static String outcome(HttpClient client, HttpRequest request, boolean async) {
    try {
      HttpResponse<String> response =
          async
              ? client.sendAsync(request, BodyHandlers.ofString()).get(20, TimeUnit.SECONDS)
              : client.send(request, BodyHandlers.ofString());
      StringBuilder outcome = new StringBuilder();
      for (HttpResponse<String> each = response;
          each != null;
          each = each.previousResponse().orElse(null)) {
        outcome
            .append(each.statusCode())
            .append(' ')
            .append(each.version())
            .append(' ')
            .append(each.uri())
            .append(' ')
            .append(each.body())
            .append(' ')
            .append(each.headers().map())
            .append(" of ")
            .append(each.request().method())
            .append(' ')
            .append(each.request().headers().map())
            .append(each.sslSession())
            .append("; ");
      }
      return outcome.toString();
    } catch (Exception e) {
      // What caused it is told differently by a thread that waits.
      return String.valueOf(e instanceof ExecutionException ? e.getCause() : e);
    }
  }

  private static String text(Received request) {
    List<String> headers =
        request.headers().stream()
            .map(h -> h.getKey() + ": " + h.getValue())
            .filter(h -> !h.toLowerCase(Locale.ROOT).startsWith("x-"))
            .filter(h -> !h.toLowerCase(Locale.ROOT).startsWith("traceparent"))
            .sorted()
            .toList();
    return request.method() + " " + request.target() + " " + headers + " " + request.text();
  }
}
