// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every client library does under the mesh. A library's module subclasses this with how to
 * make a request ({@link ClientHarness}); after each test no hook may have thrown, and every call
 * that began must have ended once.
 */
public abstract class ClientContract extends ClientRetryContract {
  // Headers

  @Test
  @Shows({Feature.TRACING, Feature.RETRIES})
  void headersGoOutOnceAnAttempt() throws Exception {
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer second = plainServer();
    mesh.script(Script.to(plain(first), plain(second)));
    assertThat(send(Request.get(URL + "/orders?id=1")).status()).isEqualTo(200);
    ScriptedCall call = mesh.call();
    assertThat(first.received().get(0).header("x-attempt")).contains("1");
    assertThat(first.received().get(0).header("x-first-only")).contains("1");
    assertThat(second.received().get(0).header("x-attempt")).contains("2");
    assertThat(second.received().get(0).header("x-first-only")).isEmpty();
    assertThat(second.received().get(0).header("traceparent"))
        .contains(call.attempts().get(1).traceparent());
    assertThat(call.attempts()).allMatch(attempt -> attempt.headerWrites() == 1);
    assertThat(call.statuses()).containsExactly(503, 200);
  }

  @Test
  @Shows(Feature.TRACING)
  void theApplicationsTraceparentWins() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    String own = "00-11111111111111111111111111111111-2222222222222222-01";
    send(Request.get(URL + "/").header("traceparent", own));
    assertThat(server.received().get(0).all("traceparent")).containsExactly(own);
    assertThat(mesh.call().request().headers("Traceparent")).containsExactly(own);
  }

  @Test
  void theCoreIsToldWhatTheApplicationAsked() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    send(Request.put(URL + "/a%20b/c?d=e&f", "body").header("x-own", "mine"));
    var request = mesh.call().request();
    assertThat(request.library()).isEqualTo(libraryName());
    assertThat(request.method()).isEqualTo("PUT");
    assertThat(request.scheme()).isEqualTo("http");
    assertThat(request.host()).isEqualTo(HOST);
    assertThat(request.port()).isEqualTo(8080);
    assertThat(request.target()).isEqualTo("/a%20b/c?d=e&f");
    assertThat(request.headers("X-Own")).containsExactly("mine");
    assertThat(request.headers("x-missing")).isEmpty();
    assertThat(server.received().get(0).target()).isEqualTo("/a%20b/c?d=e&f");
  }

  // Endpoints and connections

  @Test
  void aNameThatDnsDoesNotKnowReachesItsEndpointAndKeepsItsHostHeader() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    assertThat(send(Request.get(URL + "/")).text()).isEqualTo("answer 200");
    assertThat(server.received().get(0).method()).isEqualTo("GET");
    assertThat(server.received().get(0).header("connection")).isNotEqualTo(Optional.of("close"));
    assertThat(server.received().get(0).header("host")).contains(HOST + ":8080");
  }

  @Test
  @Shows(Feature.BALANCING)
  void everyAttemptGoesToItsEndpointOverAConnectionThatIsKept() throws Exception {
    TestEndpoint one = plain(plainServer());
    TestServer first = plainServer();
    TestServer second = plainServer();
    TestEndpoint firstEndpoint = plain(first);
    TestEndpoint secondEndpoint = plain(second);
    for (int i = 0; i < 3; i++) {
      mesh.script(Script.to(firstEndpoint));
      send(Request.get(URL + "/first"));
      mesh.script(Script.to(secondEndpoint));
      send(Request.get(URL + "/second"));
    }
    assertThat(first.received()).hasSize(3).allMatch(r -> r.target().equals("/first"));
    assertThat(second.received()).hasSize(3).allMatch(r -> r.target().equals("/second"));
    assertThat(first.connections()).isEqualTo(1);
    assertThat(second.connections()).isEqualTo(1);
    assertThat(one.poolKey()).isNotEqualTo(firstEndpoint.poolKey());
  }

  @Test
  @Shows(Feature.RETRIES)
  void aConnectionRefusedIsTriedElsewhereEvenForAPost() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(TestEndpoint.plain(HOST, refusing()), plain(server)));
    assertThat(send(Request.post(URL + "/", BODY)).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
    assertThat(server.received().get(0).text()).isEqualTo(BODY);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
  }

  @Test
  void whenEveryEndpointRefusesTheApplicationGetsTheLibrarysOwnError() throws Exception {
    mesh.script(
        Script.to(TestEndpoint.plain(HOST, refusing()), TestEndpoint.plain(HOST, refusing())));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(error).isInstanceOf(IOException.class);
    assertThat(causedBy(error, java.net.ConnectException.class)).isTrue();
    assertThat(mesh.call().progress())
        .containsExactly(Progress.NOT_CONNECTED, Progress.NOT_CONNECTED);
  }

  @Test
  void theVersionOfHttpIsToldOfEachResponse() throws Exception {
    mesh.script(Script.to(plain(plainServer())));
    send(Request.get(URL + "/"));
    assertThat(mesh.calls())
        .singleElement()
        .satisfies(call -> assertThat(call.attempts().get(0).versions()).containsExactly("1.1"));
  }

  /** A new one, and one that was kept from before. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Shows(Feature.MUTUAL_TLS)
  void overAConnectionThatLeadsAstrayNothingIsSent(boolean meshRetries) throws Exception {
    TestServer server = plainServer();
    Script free = meshRetries ? Script.passThrough().withoutLibraryRetries() : Script.passThrough();
    String url = "http://127.0.0.1:" + server.port() + "/";
    mesh.script(free.leadingAstray("led astray"));
    assertLedAstray(failure(Request.post(url, BODY)), server);
    assertThat(server.received()).isEmpty();
    mesh.script(free);
    assertThat(send(Request.post(url, BODY)).status()).isEqualTo(200);
    assertThat(lastCall().attempts().get(0).remotes()).containsOnly(server.address());
    mesh.script(free.leadingAstray("led astray"));
    assertLedAstray(failure(Request.post(url, BODY)), server);
    assertThat(server.received()).hasSize(1);
  }

  private ScriptedCall lastCall() {
    return mesh.calls().get(mesh.calls().size() - 1);
  }

  private void assertLedAstray(Throwable error, TestServer server) {
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    assertThat(error).hasStackTraceContaining("led astray");
    ScriptedCall call = lastCall();
    assertThat(call.attempts().get(0).remotes()).contains(server.address());
    assertThat(call.failures())
        .singleElement()
        .satisfies(
            failed ->
                assertThat(failed.progress()).isIn(Progress.NOT_CONNECTED, Progress.NOT_SENT));
  }

  // TLS

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void bothSidesProveWhoTheyAreAndConnectionsAreKept() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.to(secured(server)));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(send(Request.put(URL + "/", BODY)).status()).isEqualTo(200);
    assertThat(server.received()).allMatch(r -> r.peer().equals(Optional.of(CLIENT_ID)));
    assertThat(server.received()).allMatch(r -> r.serverName().equals(Optional.of(HOST)));
    assertThat(server.received()).allMatch(r -> r.applicationProtocol().equals("http/1.1"));
    assertThat(server.received().get(1).text()).isEqualTo(BODY);
    assertThat(server.received().get(0).header("host")).contains(HOST + ":8080");
    assertThat(server.connections()).isEqualTo(1);
    assertThat(mesh.calls())
        .allSatisfy(
            call ->
                assertThat(call.attempts().get(0).connections())
                    .singleElement()
                    .satisfies(session -> assertThat(session).isPresent()));
  }

  @Test
  void aNewGenerationOfCertificatesGetsANewConnection() throws Exception {
    TestServer server = securedServer();
    TestEndpoint before = secured(server);
    mesh.script(Script.to(before));
    send(Request.get(URL + "/"));
    send(Request.get(URL + "/"));
    assertThat(server.connections()).isEqualTo(1);
    mesh.script(Script.to(secured(server)));
    send(Request.get(URL + "/"));
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aServerWithAnotherIdentityIsRefusedAndSeesNoRequest() throws Exception {
    TestServer server = securedServer();
    mesh.script(
        Script.to(
            TestEndpoint.secured(
                HOST, server.address(), CLIENT, "spiffe://cluster.local/ns/shop/sa/other")));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
    assertThat(server.received()).isEmpty();
  }

  @Test
  void aPeerThatAcceptsAndStaysSilentDoesNotHangTheHandshake() throws Exception {
    ServerSocket silent = closing(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()));
    InetSocketAddress address = (InetSocketAddress) silent.getLocalSocketAddress();
    TestServer server = securedServer();
    mesh.script(
        Script.to(TestEndpoint.secured(HOST, address, CLIENT, SERVER_ID), secured(server))
            // Bounds the good handshake, too, which is slow in a cold JVM on a busy machine.
            .connectTimeout(Duration.ofMillis(1500)));
    Response response =
        start(Request.get(URL + "/")).response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(response.status()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
  }

  // What is left alone

  @Test
  void aHostOutsideTheMeshGetsHeadersAndNothingElse() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.passThrough());
    String authority = "127.0.0.1:" + server.port();
    assertThat(send(Request.get("http://" + authority + "/")).status()).isEqualTo(200);
    assertThat(server.received().get(0).header("host")).contains(authority);
    assertThat(server.received().get(0).header("traceparent")).isPresent();
    assertThat(mesh.call().statuses()).containsExactly(200);
  }

  @Test
  void aCallLeftUntouchedIsWhatItIsWithoutUs() throws Exception {
    TestServer server = plainServer();
    String url = "http://127.0.0.1:" + server.port() + "/";
    mesh.script(Script.untouchedCall());
    assertThat(send(Request.put(url, BODY).header("x-own", "1")).status()).isEqualTo(200);
    Received untouched = server.received().get(0);
    assertThat(untouched.header("traceparent")).isEmpty();
    assertThat(untouched.header("x-attempt")).isEmpty();
    assertThat(untouched.header("x-own")).contains("1");
    assertThat(untouched.text()).isEqualTo(BODY);
    assertThat(mesh.destinations()).containsExactly("http://127.0.0.1:" + server.port());
  }

  // Ends

  @Test
  void everyKindOfResponseEndsItsCall() throws Exception {
    TestServer server =
        plainServer()
            .answering(
                Answer.status(204, ""),
                Answer.status(200, ""),
                Answer.status(404),
                Answer.status(500, BODY),
                Answer.status(200, BODY));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(204);
    assertThat(send(Request.get(URL + "/")).text()).isEmpty();
    assertThat(send(Request.get(URL + "/")).text()).isEqualTo("answer 404");
    assertThat(send(Request.get(URL + "/")).text()).isEqualTo(BODY);
    assertThat(send(Request.get(URL + "/")).text()).isEqualTo(BODY);
    assertThat(mesh.calls()).hasSize(5);
  }

  @Test
  void aResponseCutShortIsNotRepeatedAndEndsItsCall() throws Exception {
    TestServer server = plainServer().answering(Answer.TRUNCATED);
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint));
    start(Request.get(URL + "/"))
        .response()
        .handle((response, error) -> response)
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(server.received()).hasSize(1);
    assertThat(mesh.call().statuses()).containsExactly(200);
  }

  @Test
  void eachHopOfARedirectCarriesItsHeadersOnce() throws Exception {
    needs(Capability.REDIRECTS);
    TestServer server = plainServer().answering(Answer.redirect(302, URL + "/there"));
    mesh.script(Script.to(plain(server)));
    assertThat(send(Request.get(URL + "/here")).status()).isEqualTo(200);
    assertThat(server.received()).extracting(Received::target).containsExactly("/here", "/there");
    assertThat(server.received()).allMatch(r -> r.all("traceparent").size() == 1);
    assertThat(server.received()).allMatch(r -> r.all("x-attempt").size() == 1);
  }

  @Test
  @Shows(Feature.RETRIES)
  void manyRequestsAtOnceKeepTheirOwnEndpointsAndBodies() throws Exception {
    needs(Capability.ASYNC);
    TestServer server = plainServer().answering(Answer.status(503), Answer.status(503));
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    Running[] running = new Running[20];
    for (int i = 0; i < running.length; i++) {
      running[i] = start(Request.put(URL + "/" + i, "body " + i));
    }
    for (Running one : running) {
      Response response = one.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(response.status()).isEqualTo(200);
    }
    assertThat(server.received())
        .hasSize(running.length + 2)
        .allMatch(r -> r.text().equals("body " + r.target().substring(1)));
  }
}
