// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.discovery.EndpointFileStatus;
import io.inboard.mesh.Mesh;
import io.inboard.mesh.MeshOutbound;
import io.inboard.policy.PolicyStatus;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client library under the whole mesh: settings as a user writes them, the real policy, the real
 * identity. What {@link ClientContract} shows of the adapter is not shown again.
 */
public abstract class MeshClientContract extends AddressedClientContract {
  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aCallGetsMutualTlsThatNobodyConfigured() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(
        identity(),
        destination(
            "tls: {mode: MUTUAL, principals: [" + principal("orders") + "]}", server.address()));
    for (int i = 0; i < 3; i++) {
      assertThat(send(Request.get(URL + "/orders/" + i)).status()).isEqualTo(200);
    }
    assertThat(server.received()).hasSize(3).allMatch(r -> r.peer().equals(Optional.of(CLIENT_ID)));
    assertThat(server.received()).allMatch(r -> r.applicationProtocol().equals("http/1.1"));
    assertThat(server.received().get(0).header("host")).contains(HOST + ":8080");
    assertThat(server.connections()).isEqualTo(1);
  }

  /** Spellings of one host that the JDK's clients resolve alike. */
  @ParameterizedTest
  @ValueSource(strings = {HOST + ".", "ORDERS.Invalid", "ORDERS.INVALID."})
  @Shows(Feature.MUTUAL_TLS)
  void noSpellingOfAHostEscapesFromMutualTls(String spelling) throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination("tls: {mode: MUTUAL}", server.address()));
    assertThat(send(Request.get("http://" + spelling + ":8080/")).status()).isEqualTo(200);
    assertThat(server.received())
        .singleElement()
        .satisfies(r -> assertThat(r.peer()).contains(CLIENT_ID));
  }

  @ParameterizedTest
  @CsvSource({
    "'[::1]', '[0:0:0:0:0:0:0:1]'",
    "'[0:0:0:0:0:0:0:1]', '[::1]'",
    "127.0.0.1, '[::ffff:127.0.0.1]'"
  })
  void noSpellingOfAnAddressEscapesFromMutualTls(String destination, String spelling)
      throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(
        identity(),
        destination("tls: {mode: MUTUAL}", server.address())
            .replace(HOST, '"' + destination + '"'));
    assertThat(send(Request.get("http://" + spelling + ":8080/")).status()).isEqualTo(200);
    assertThat(server.received())
        .singleElement()
        .satisfies(r -> assertThat(r.peer()).contains(CLIENT_ID));
  }

  @Test
  void aRedirectToAnotherSpellingDoesNotEscapeFromMutualTls() throws Exception {
    needs(Capability.REDIRECTS);
    TestServer server =
        closing(TestServer.secured(ORDERS))
            .answering(Answer.redirect(302, "http://" + HOST + ".:8080/moved"));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination("tls: {mode: MUTUAL}", server.address()));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(2).allMatch(r -> r.peer().equals(Optional.of(CLIENT_ID)));
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aServerWithAnotherPrincipalIsRefused() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(
        identity(),
        destination(
            "tls: {mode: MUTUAL, principals: [" + principal("other") + "]}", server.address()));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    assertThat(server.received()).isEmpty();
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void withoutAUsableIdentityNothingIsSentInTheClear() throws Exception {
    TestServer server = plainServer();
    // Files that are not there.
    mesh(identity(), destination("tls: {mode: MUTUAL}", server.address()));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    assertThat(server.connections()).isZero();
  }

  /** Of the two bounds, whichever is the application's: nobody needs an answer after that. */
  @Test
  @Shows(Feature.TIMEOUTS)
  void aServerIsToldNoMoreTimeThanTheApplicationWaits() throws Exception {
    needs(Capability.READ_TIMEOUT);
    TestServer server = plainServer();
    mesh("", destination("timeout: 300s", server.address()));
    send(Request.get(URL + "/").readTimeout(Duration.ofSeconds(200)));
    send(Request.get(URL + "/").readTimeout(Duration.ofSeconds(400)));
    assertThat(server.received())
        .extracting(MeshClientContract::toldMillis)
        .satisfiesExactly(
            told -> assertThat(told).as("the application's").isBetween(1L, 200_000L),
            told -> assertThat(told).as("the mesh's").isBetween(200_001L, 300_000L));
  }

  private static long toldMillis(Received request) {
    return Long.parseLong(request.header("x-envoy-expected-rq-timeout-ms").orElse("0"));
  }

  @Test
  @Shows({Feature.RETRIES, Feature.BALANCING})
  void anInstanceThatIsGoneOrBrokenCostsNoGet() throws Exception {
    TestServer broken = plainServer();
    for (int i = 0; i < 40; i++) {
      broken.answering(Answer.status(503));
    }
    TestServer healthy = plainServer();
    mesh("", destination("", refusing(), broken.address(), healthy.address()));
    for (int i = 0; i < 20; i++) {
      assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    }
    assertThat(healthy.received()).hasSize(20);
  }

  @Test
  @Shows({Feature.RETRIES, Feature.BALANCING})
  void anInstanceThatIsGoneCostsNoPost() throws Exception {
    TestServer healthy = plainServer();
    mesh("", destination("", refusing(), healthy.address()));
    for (int i = 0; i < 20; i++) {
      assertThat(send(Request.post(URL + "/", "body " + i)).status()).isEqualTo(200);
    }
    assertThat(healthy.received()).hasSize(20);
  }

  @Test
  @Shows(Feature.RETRIES)
  void aPaymentIsNeverSentTwice() throws Exception {
    TestServer one = plainServer().answering(Answer.CLOSE, Answer.CLOSE);
    TestServer two = plainServer().answering(Answer.CLOSE, Answer.CLOSE);
    mesh("", destination("", one.address(), two.address()));
    assertThat(failure(Request.post(URL + "/", "pay"))).isInstanceOf(IOException.class);
    assertThat(one.received().size() + two.received().size()).isEqualTo(1);
  }

  @Test
  void aPaymentThatIsAnsweredWithAnErrorIsNeverSentTwice() throws Exception {
    TestServer one = plainServer().answering(Answer.status(503), Answer.status(503));
    TestServer two = plainServer().answering(Answer.status(503), Answer.status(503));
    mesh("", destination("retries: {retryOn: \"5xx,503\"}", one.address(), two.address()));
    assertThat(send(Request.post(URL + "/", "pay")).status()).isEqualTo(503);
    assertThat(one.received().size() + two.received().size()).isEqualTo(1);
  }

  @Test
  @Shows(Feature.RETRIES)
  void aPaymentThatIsNotAnsweredInTimeIsNeverSentTwice() throws Exception {
    TestServer one = plainServer().answering(Answer.HANG, Answer.HANG);
    TestServer two = plainServer().answering(Answer.HANG, Answer.HANG);
    mesh(
        "",
        destination(
            "retries: {perTryTimeout: 1s, retryOn: \"per-try-timeout,reset-before-response\"}",
            one.address(),
            two.address()));
    assertThat(failure(Request.post(URL + "/", "pay"))).isInstanceOf(timeoutError());
    assertThat(one.received().size() + two.received().size()).isEqualTo(1);
  }

  @Test
  @Shows(Feature.TRACING)
  void theAttemptsOfACallAreOneTrace() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    mesh("", destination("", server.address()));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    List<String[]> traces =
        server.received().stream().map(r -> r.header("traceparent").get().split("-")).toList();
    assertThat(traces).hasSize(2);
    assertThat(traces.get(0)[2]).as("spans").isNotEqualTo(traces.get(1)[2]);
    assertThat(server.received())
        .extracting(r -> r.header("x-envoy-attempt-count").get())
        .containsExactly("1", "2");
  }

  /** A gateway copies them from the request that it serves: no other tracer has set them. */
  @Test
  @Shows(Feature.TRACING)
  void traceHeadersOfTheServedRequestAreReplacedByThoseOfTheCall() throws Exception {
    TestServer server = plainServer();
    mesh("", destination("", server.address()));
    String[] served = {
      "traceparent", "00-11111111111111111111111111111111-2222222222222222-01", "tracestate", "a=1"
    };
    Context context = Inboard.inbound().begin(new ServedRequest(served)).context();
    try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
      send(Request.get(URL + "/").header(served[0], served[1]).header(served[2], served[3]));
    }
    assertThat(server.received().get(0).all("traceparent"))
        .singleElement()
        .satisfies(
            parent ->
                assertThat(parent)
                    .startsWith("00-11111111111111111111111111111111-")
                    .doesNotContain("2222222222222222"));
    assertThat(server.received().get(0).all("tracestate")).containsExactly("a=1");
  }

  @Test
  @Shows(Feature.TIMEOUTS)
  void anAttemptThatHangsIsCutAndTriedElsewhere() throws Exception {
    TestServer hanging = plainServer();
    for (int i = 0; i < 10; i++) {
      hanging.answering(Answer.HANG);
    }
    TestServer healthy = plainServer();
    mesh(
        "",
        destination(
            "retries: {attempts: 3, perTryTimeout: 250ms, retryOn: \"per-try-timeout\"}",
            hanging.address(),
            healthy.address()));
    for (int i = 0; i < 4; i++) {
      Response response =
          start(Request.get(URL + "/")).response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(response.status()).isEqualTo(200);
    }
    assertThat(hanging.received()).isNotEmpty();
  }

  @Test
  @Shows(Feature.TIMEOUTS)
  void aCallIsCutAtItsTimeout() throws Exception {
    TestServer hanging = plainServer().answering(Answer.HANG);
    mesh("", destination("timeout: 300ms", hanging.address()));
    assertThat(failure(Request.get(URL + "/")))
        .isInstanceOf(timeoutError())
        .hasMessageContaining("no response within 300 ms");
  }

  @Test
  @Shows(Feature.TIMEOUTS)
  void theApplicationsTimeoutBoundsAllAttempts() throws Exception {
    needs(Capability.READ_TIMEOUT);
    TestServer one = plainServer().answering(Answer.HANG, Answer.HANG);
    TestServer two = plainServer().answering(Answer.HANG, Answer.HANG);
    mesh("", destination("", one.address(), two.address()));
    assertThat(failure(Request.get(URL + "/").readTimeout(Duration.ofMillis(300))))
        .isInstanceOf(timeoutError());
    assertThat(one.received().size() + two.received().size()).isEqualTo(1);
  }

  @Test
  @Shows(Feature.BREAKER)
  void anInstanceThatHangsPastTheApplicationsTimeoutIsTakenOut() throws Exception {
    needs(Capability.READ_TIMEOUT);
    TestServer hanging = plainServer();
    for (int i = 0; i < 20; i++) {
      hanging.answering(Answer.HANG);
    }
    TestServer healthy = plainServer();
    Mesh mesh =
        mesh(
            "",
            destination(
                // One that looks at latency sends the hanging one too little to be found out soon.
                "loadBalancer: {simple: ROUND_ROBIN}\n    "
                    + "outlierDetection: {consecutiveLocalOriginFailures: 2, baseEjectionTime: 10m}",
                hanging.address(),
                healthy.address()));
    int timeouts = 0;
    for (int i = 0; i < 20; i++) {
      try {
        send(Request.get(URL + "/").readTimeout(Duration.ofMillis(500)));
      } catch (Exception e) {
        assertThat(e).isInstanceOf(timeoutError());
        timeouts++;
      }
    }
    // A slow machine may cost the healthy one a timeout, too; it is never taken out as the last.
    assertThat(hanging.received()).hasSize(2);
    assertThat(timeouts).isGreaterThanOrEqualTo(2);
    assertThat(status(mesh).retries()).isZero();
  }

  @Test
  void aHostWithoutEndpointsHasItsPoliciesToo() throws Exception {
    TestServer server =
        plainServer()
            .answering(Answer.status(503), Answer.CLOSE, Answer.OK, Answer.HANG, Answer.OK);
    Mesh mesh =
        mesh(
            "",
            localhost(
                "retries: {perTryTimeout: 1s, retryOn: \"per-try-timeout,503,"
                    + "connect-failure,reset-before-request,reset-before-response\"}"));
    String url = "http://localhost:" + server.port() + "/";
    assertThat(send(Request.get(url)).status()).isEqualTo(200);
    assertThat(send(Request.get(url)).status()).isEqualTo(200);
    assertThat(server.received())
        .extracting(r -> r.header("x-envoy-attempt-count").get())
        .containsExactly("1", "2", "3", "1", "2");
    PolicyStatus status = status(mesh);
    assertThat(status.calls()).isEqualTo(2);
    assertThat(status.retries()).isEqualTo(3);
  }

  @Test
  void aHostWithoutEndpointsThatIsGoneIsTriedAgainAndCounted() throws Exception {
    InetSocketAddress gone = refusing();
    Mesh mesh = mesh("", localhost(""));
    assertThat(failure(Request.post("http://localhost:" + gone.getPort() + "/", "pay")))
        .isInstanceOf(IOException.class);
    assertThat(status(mesh).retries()).isEqualTo(2);
  }

  @Test
  void aPaymentToAHostWithoutEndpointsIsNeverSentTwice() throws Exception {
    TestServer server = plainServer().answering(Answer.OK, Answer.CLOSE, Answer.CLOSE);
    mesh("", localhost(""));
    String url = "http://localhost:" + server.port() + "/";
    send(Request.get(url));
    assertThat(failure(Request.post(url, "pay"))).isInstanceOf(IOException.class);
    assertThat(server.received()).hasSize(2);
  }

  @Test
  void withTlsButWithoutEndpointsTheHostItselfGetsMutualTls() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), localhost("tls: {mode: MUTUAL, principals: [" + principal("orders") + "]}"))
        .start(); // Else the call waits as long as it may for somebody to look the host up.
    String url = "http://localhost:" + server.port() + "/";
    assertThat(send(Request.get(url)).status()).isEqualTo(200);
    assertThat(server.received())
        .singleElement()
        .satisfies(r -> assertThat(r.peer()).contains(CLIENT_ID));
  }

  /** The host can be resolved, and a server listens at the port of the application's URL. */
  @ParameterizedTest
  @ValueSource(strings = {"DISABLE", "MUTUAL"})
  void withoutADiscoveredEndpointTheLibraryDoesNotConnectByItself(String mode) throws Exception {
    TestServer host = plainServer();
    TestServer endpoint =
        mode.equals("MUTUAL") ? closing(TestServer.secured(ORDERS)) : plainServer();
    String url = "http://localhost:" + host.address().getPort() + "/";
    CA.issue(CLIENT_ID).save(directory);
    File list = new File(directory, "endpoints.yaml");
    Mesh mesh =
        mesh(
            identity() + "reload: {interval: 100ms}\n",
            localhost(
                "discovery: {file: " + list + ", emptyGrace: 0s}\n    tls: {mode: " + mode + "}"));
    mesh.start();
    failure(Request.get(url)); // There is no such file.
    Files.writeString(list.toPath(), "[]");
    eventually(() -> files(mesh).changes() == 1, () -> files(mesh).toString());
    failure(Request.get(url)); // Nobody is listed.
    failure(Request.post(url, "a payment"));
    assertThat(host.connections()).isZero();
    Files.writeString(list.toPath(), "- 127.0.0.1:" + endpoint.address().getPort());
    eventually(() -> !status(mesh).endpoints().isEmpty(), () -> files(mesh).toString());
    assertThat(send(Request.get(url)).status()).isEqualTo(200);
    assertThat(endpoint.received())
        .singleElement()
        .satisfies(r -> assertThat(r.peer().isPresent()).isEqualTo(mode.equals("MUTUAL")));
    Files.writeString(list.toPath(), "[]");
    eventually(() -> status(mesh).endpoints().isEmpty(), () -> files(mesh).toString());
    failure(Request.get(url)); // With a connection in the library's pool.
    assertThat(endpoint.received()).hasSize(1);
    assertThat(host.connections()).isZero();
  }

  private static EndpointFileStatus files(Mesh mesh) {
    return mesh.outbound().status().endpointFiles().get(0);
  }

  @Test
  @Shows(Feature.BREAKER)
  void anOpenBreakerStopsCallsBeforeTheyAreSent() throws Exception {
    TestServer broken = plainServer();
    for (int i = 0; i < 50; i++) {
      broken.answering(Answer.status(500));
    }
    mesh(
        "",
        destination(
            "circuitBreaker: {failurePercent: 50, requestVolume: 5, window: 60s, openFor: 60s}",
            broken.address()));
    for (int i = 0; i < 5; i++) {
      assertThat(send(Request.get(URL + "/")).status()).isEqualTo(500);
    }
    int before = broken.received().size();
    assertThat(failure(Request.get(URL + "/")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("circuit breaker is open");
    assertThat(broken.received()).hasSize(before);
  }

  /** java.net.http connects a second time by itself. */
  @Test
  void aConnectThatTheLibraryRepeatsIsNoPaymentSentTwice() throws Exception {
    Mesh mesh = mesh("", "");
    String gone = "http://127.0.0.1:" + refusing().getPort() + "/";
    assertThat(failure(Request.post(gone, "pay"))).isInstanceOf(IOException.class);
    assertThat(((MeshOutbound) mesh.core().outbound()).status().innerAttempts()).isEmpty();
  }

  @Test
  @Shows(Feature.SWITCH)
  void theKillSwitchLeavesCallsAlone() throws Exception {
    TestServer server = plainServer();
    String url = "http://127.0.0.1:" + server.port() + "/";
    Mesh mesh = mesh("", "");
    assertThat(send(Request.get(url)).status()).isEqualTo(200);
    assertThat(server.received().get(0).header("traceparent")).isPresent();
    mesh.apply(settings("enabled: false\n"));
    assertThat(send(Request.get(url)).status()).isEqualTo(200);
    assertThat(server.received().get(1).header("traceparent")).isEmpty();
  }
}
