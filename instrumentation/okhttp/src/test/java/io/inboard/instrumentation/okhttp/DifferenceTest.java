// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.Answer;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownServiceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import okhttp3.CertificatePinner;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the library decides by itself, to a destination and without us, under the whole mesh. */
final class DifferenceTest extends MeshHarness {
  private static final String OFF = "enabled: false\n";

  /** With one address of each host, as an endpoint has; what is cancelled has nowhere to go. */
  private final OkHttpClient usual =
      new OkHttpClient.Builder()
          .dns(host -> List.of(InetAddress.getLoopbackAddress()))
          .readTimeout(Duration.ofSeconds(60))
          .build();

  private final OkHttpClient noRetries = usual.newBuilder().retryOnConnectionFailure(false).build();

  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return new Application(usual).send(request);
  }

  private static String local(TestServer server, String more) {
    return local("\"127.0.0.1:" + server.port() + "\"", more);
  }

  private static String local(String endpoints, String more) {
    return localhost("endpoints: [" + endpoints + "]" + (more.isEmpty() ? "" : "\n    " + more));
  }

  private static String url(TestServer server) {
    return "http://localhost:" + server.port() + "/";
  }

  private static Answer head(String status, String headers) {
    return connection ->
        connection.write("HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: 0\r\n\r\n");
  }

  private List<Integer> statuses(OkHttpClient client, Request request, TestServer server)
      throws IOException {
    int before = server.received().size();
    int status = new Application(client).send(request).status();
    return List.of(status, server.received().size() - before);
  }

  // What is sent once more.

  @ParameterizedTest
  @ValueSource(strings = {"503 Retry-After: 0\r\n", "408 "})
  void whatTheServerAsksToBeRepeatedIsRepeatedAsWithoutUs(String answer) throws Exception {
    Answer again = head(answer.substring(0, 3) + " Again", answer.substring(4));
    TestServer server = plainServer().answering(again, Answer.OK, again, Answer.OK, again);
    mesh("", OFF);
    List<Integer> without = statuses(usual, Request.get(url(server)), server);
    assertThat(without).containsExactly(200, 2);
    mesh("", local(server, ""));
    assertThat(statuses(usual, Request.get(url(server)), server)).isEqualTo(without);
    // With zero retries what was sent is not sent again.
    mesh("", local(server, "retries: {attempts: 0}"));
    assertThat(statuses(usual, Request.get(url(server)), server))
        .containsExactly(Integer.parseInt(answer.substring(0, 3)), 1);
  }

  @Test
  void aPostIsNotSentTwiceThoughTheLibraryWould() throws Exception {
    Answer again = head("408 Again", "");
    TestServer server = plainServer().answering(again, Answer.OK, again);
    mesh("", OFF);
    assertThat(statuses(usual, Request.post(url(server), "body"), server)).containsExactly(200, 2);
    mesh("", local(server, ""));
    assertThat(statuses(usual, Request.post(url(server), "body"), server)).containsExactly(408, 1);
  }

  @Test
  void anApplicationThatWantsNoConnectionRetriesGetsNone() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE, Answer.CLOSE, head("408 Again", ""));
    mesh("", OFF);
    assertThatThrownBy(() -> statuses(noRetries, Request.get(url(server)), server))
        .isInstanceOf(IOException.class);
    mesh("", local(server, ""));
    assertThatThrownBy(() -> statuses(noRetries, Request.get(url(server)), server))
        .isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(2);
    assertThat(statuses(noRetries, Request.get(url(server)), server)).containsExactly(408, 1);
  }

  @Test
  void norAnotherEndpointAfterOneThatIsDead() throws Exception {
    TestServer server = plainServer();
    String dead = "\"127.0.0.1:" + refusing().getPort() + "\"";
    mesh("", local(dead, ""));
    assertThatThrownBy(() -> statuses(noRetries, Request.get(url(server)), server))
        .isInstanceOf(ConnectException.class);
    String both = dead + ", \"127.0.0.1:" + server.port() + "\"";
    mesh("", local(both, "loadBalancer: {simple: ROUND_ROBIN}"));
    List<String> outcomes = new ArrayList<>();
    for (int i = 0; i < 50 && !outcomes.contains("refused"); i++) {
      try {
        outcomes.add("" + statuses(noRetries, Request.get(url(server)), server));
      } catch (ConnectException e) {
        outcomes.add("refused");
      }
    }
    assertThat(outcomes).contains("refused").isSubsetOf("refused", "[200, 1]");
    mesh("", local(both, "loadBalancer: {simple: ROUND_ROBIN}"));
    for (int i = 0; i < 6; i++) {
      assertThat(statuses(usual, Request.get(url(server)), server)).containsExactly(200, 1);
    }
  }

  /** An answer is no failure of a connection: the operator's retries hold. */
  @Test
  void theSettingsRepeatAnAnswerWhereverTheyAreAsked() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    mesh("", local(server, ""));
    assertThat(statuses(noRetries, Request.get(url(server)), server)).containsExactly(200, 2);
  }

  // What the application is told.

  private static String error(Running running) throws Exception {
    try {
      return "" + running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status();
    } catch (ExecutionException e) {
      Throwable error = e.getCause();
      return error + " caused by " + error.getCause();
    }
  }

  private String cancelled(TestServer server) throws Exception {
    int before = server.received().size();
    Running running = new Application(usual).enqueue(Request.get(url(server)));
    eventually(() -> server.received().size() > before, () -> "the request");
    running.cancel().run();
    return error(running);
  }

  @Test
  void aCancelledCallSaysSo() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG, Answer.HANG);
    mesh("", OFF);
    String without = cancelled(server);
    assertThat(without).containsAnyOf("Canceled", "Socket closed");
    mesh("", local(server, ""));
    assertThat(cancelled(server)).isEqualTo(without);
  }

  @Test
  void aCallWhoseTimeIsUpSaysSo() throws Exception {
    TestServer server = plainServer().answering(Answer.HANG, Answer.HANG);
    Application hasty =
        new Application(usual.newBuilder().callTimeout(Duration.ofMillis(500)).build());
    mesh("", OFF);
    String without = error(hasty.enqueue(Request.get(url(server))));
    assertThat(without).contains("InterruptedIOException: timeout");
    mesh("", local(server, ""));
    assertThat(error(hasty.enqueue(Request.get(url(server))))).isEqualTo(without);
  }

  @Test
  void theFailuresOfEarlierAttemptsAreSuppressedInTheLast() throws Exception {
    InetSocketAddress refusing = refusing();
    OkHttpClient two = usual.newBuilder().dns(host -> List.of(ip(1), ip(2))).build();
    Request request = Request.get("http://localhost:" + refusing.getPort() + "/");
    mesh("", OFF);
    int without = suppressed(two, request);
    String dead = "\"127.0.0.1:" + refusing.getPort() + "\"";
    mesh("", local(dead, "retries: {attempts: 1}"));
    assertThat(suppressed(usual, request)).isEqualTo(without);
  }

  private static int suppressed(OkHttpClient client, Request request) {
    try {
      new Application(client).send(request);
      throw new AssertionError("no error");
    } catch (IOException e) {
      assertThat(e).isInstanceOf(ConnectException.class);
      return e.getSuppressed().length;
    }
  }

  private static InetAddress ip(int last) throws java.net.UnknownHostException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
  }

  // What the application says of https.

  @Test
  void whatAnApplicationSaysOfHttpsHasNoPartInTheTlsOfTheMesh() throws Exception {
    CertificatePinner pins =
        new CertificatePinner.Builder()
            .add("localhost", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
            .build();
    OkHttpClient strict =
        usual
            .newBuilder()
            .certificatePinner(pins)
            .connectionSpecs(List.of(ConnectionSpec.RESTRICTED_TLS))
            .build();
    TestServer plain = plainServer();
    for (String settings : List.of(OFF, local(plain, ""))) {
      mesh("", settings);
      assertThatThrownBy(() -> statuses(strict, Request.get(url(plain)), plain))
          .isInstanceOf(UnknownServiceException.class)
          .hasMessageContaining("CLEARTEXT");
    }
    assertThat(plain.connections()).isZero();
    // Nothing goes in the clear here.
    TestServer secured = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), local(secured, "tls: {mode: MUTUAL}"));
    assertThat(statuses(strict, Request.get(url(secured)), secured)).containsExactly(200, 1);
  }
}
