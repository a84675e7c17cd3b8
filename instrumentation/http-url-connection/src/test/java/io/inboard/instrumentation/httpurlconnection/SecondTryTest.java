// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Endpoint;
import io.inboard.call.Step;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Eventually;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.TestEndpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The JDK's own second tries, of any method: off where the call decides, its own elsewhere. Told by
 * what arrives at a server.
 */
final class SecondTryTest extends ClientHarness {
  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return HttpUrlConnectionTest.exchange(HttpUrlConnectionTest.open(request), request);
  }

  /** What goes wrong, after the head arrived. */
  enum Fault {
    /** Nothing comes. */
    CLOSE,
    RESET,
    /** Half a status line. */
    BROKEN_OFF,
    /** The connection served a request before, and closes at the next one's head. */
    CLOSE_WHEN_REUSED,
    RESET_WHEN_REUSED,
    UNAVAILABLE,
    TIMEOUT
  }

  /** Where it goes. */
  enum Way {
    /** An endpoint of the mesh. */
    ENDPOINT,
    /** A host of no destination, with the library's retries disabled. */
    PASSED_THROUGH,
    /** The application's proxy, likewise. */
    PROXY
  }

  static List<Arguments> all() {
    List<Arguments> all = new ArrayList<>();
    for (Fault fault : Fault.values()) {
      for (Way way : Way.values()) {
        for (String method : List.of("GET", "PUT", "POST", "POST streamed")) {
          all.add(Arguments.of(fault, way, method));
        }
      }
    }
    return all;
  }

  private RawServer server(Fault fault) throws IOException {
    return closing(
        new RawServer(
            c -> {
              boolean reused = fault == Fault.CLOSE_WHEN_REUSED || fault == Fault.RESET_WHEN_REUSED;
              if (reused) {
                if (!c.head()) {
                  return;
                }
                c.ok();
              }
              if (!c.head()) {
                return;
              }
              switch (fault) {
                case CLOSE, CLOSE_WHEN_REUSED -> c.drain();
                case RESET, RESET_WHEN_REUSED -> c.reset();
                case BROKEN_OFF -> {
                  c.drain();
                  c.write("HTTP");
                }
                case UNAVAILABLE -> {
                  c.drain();
                  c.write("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
                  c.awaitClient();
                }
                case TIMEOUT -> c.awaitClient();
              }
            }));
  }

  @ParameterizedTest
  @MethodSource("all")
  void aGovernedRequestIsSentAsOftenAsTheCallDecided(Fault fault, Way way, String method)
      throws Exception {
    RawServer server = server(fault);
    Endpoint endpoint = TestEndpoint.plain(HOST, server.address());
    Optional<Endpoint> to = way == Way.ENDPOINT ? Optional.of(endpoint) : Optional.empty();
    boolean reused = fault == Fault.CLOSE_WHEN_REUSED || fault == Fault.RESET_WHEN_REUSED;
    new Steps(new Step.Send(new Steps.Once(to, true), 0)).serve();
    if (reused) {
      open(server, way).getInputStream().readAllBytes();
    }
    Steps call = new Steps(new Step.Send(new Steps.Once(to, true), 0)).serve();
    HttpURLConnection connection = open(server, way);
    if (fault == Fault.TIMEOUT) {
      connection.setReadTimeout(200);
    }
    write(connection, method);
    assertThatThrownBy(connection::getInputStream).isInstanceOf(IOException.class);
    Eventually.pause(20);
    assertThat(server.heads()).hasSize(reused ? 2 : 1);
    assertThat(call.heard()).hasSize(1);
    connection.disconnect();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void anotherAttemptOfAPassedThroughCallIsTheCallsDecision(String method) throws Exception {
    RawServer server = server(Fault.CLOSE);
    Step again = new Step.Send(new Steps.Once(Optional.empty(), true), 0);
    Steps call = new Steps(again, again, again).serve();
    HttpURLConnection connection = open(server, Way.PASSED_THROUGH);
    write(connection, method);
    assertThatThrownBy(connection::getInputStream).isInstanceOf(IOException.class);
    assertThat(server.heads()).hasSize(3);
    assertThat(call.heard()).containsExactly("SENT", "SENT", "SENT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void aPassedThroughConnectionThatDiedIsNotUsed(String method) throws Exception {
    for (Way way : List.of(Way.PASSED_THROUGH, Way.PROXY)) {
      AtomicInteger bodies = new AtomicInteger();
      RawServer server =
          closing(
              new RawServer(
                  c -> {
                    if (c.head()) {
                      c.drain();
                      c.ok();
                      bodies.incrementAndGet();
                    }
                  }));
      Steps call = new Steps().serve();
      for (int i = 0; i < 5; i++) {
        call.add(new Step.Send(new Steps.Once(Optional.empty(), true), 0));
        HttpURLConnection connection = open(server, way);
        write(connection, method);
        assertThat(connection.getResponseCode()).isEqualTo(200);
        connection.getInputStream().readAllBytes();
        server.awaitEnds(0);
      }
      assertThat(bodies).hasValue(5);
      assertThat(call.heard()).hasSize(5).containsOnly("200");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void elsewhereTheSecondTryIsTheJdksOwn(String method) throws Exception {
    RawServer server = server(Fault.CLOSE);
    Steps.Once attempt = new Steps.Once(Optional.empty(), false);
    Steps call = new Steps(new Step.Send(attempt, 0)).serve();
    HttpURLConnection connection = open(server, Way.PASSED_THROUGH);
    write(connection, method);
    assertThatThrownBy(connection::getInputStream).isInstanceOf(IOException.class);
    assertThat(server.heads()).hasSize(2);
    assertThat(attempt.headerWrites()).isEqualTo(2);
    assertThat(call.heard()).containsExactly("SENT");
  }

  private static HttpURLConnection open(RawServer server, Way way) throws IOException {
    return switch (way) {
      case ENDPOINT -> (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
      case PASSED_THROUGH ->
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + server.address().getPort() + "/")
                  .toURL()
                  .openConnection();
      case PROXY ->
          (HttpURLConnection)
              URI.create(URL + "/")
                  .toURL()
                  .openConnection(new Proxy(Proxy.Type.HTTP, server.address()));
    };
  }

  private static void write(HttpURLConnection connection, String method) throws IOException {
    String[] parts = method.split(" ");
    connection.setRequestMethod(parts[0]);
    if (!method.equals("GET")) {
      connection.setDoOutput(true);
      if (parts.length > 1) {
        connection.setFixedLengthStreamingMode(4);
      }
      try (OutputStream out = connection.getOutputStream()) {
        out.write(new byte[4]);
      }
    }
  }
}
