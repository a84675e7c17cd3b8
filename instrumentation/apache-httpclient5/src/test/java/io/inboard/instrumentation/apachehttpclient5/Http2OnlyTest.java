// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.FrameServer;
import io.inboard.contract.FrameServer.Reply;
import io.inboard.contract.Mistakes;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.WovenJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients that speak nothing but HTTP/2: their calls share the connection of an endpoint. A stream
 * whose request is complete the library resets late, if at all, and so is none here.
 */
final class Http2OnlyTest extends ClientHarness {
  private static final Request GET = Request.get(URL + "/");

  private AsyncApplication application;

  /** Which client. */
  enum Client {
    DEFAULT,
    MINIMAL
  }

  /** Whether its pool goes by hosts, as in 5.2, and not by routes, which have a port. */
  private static boolean takesHosts() {
    try {
      Class<?> pool = Class.forName("org.apache.hc.client5.http.impl.async.InternalH2ConnPool");
      return Arrays.stream(pool.getDeclaredMethods())
          .filter(method -> method.getName().equals("getSession"))
          .anyMatch(method -> method.getParameterTypes()[0] == HttpHost.class);
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** A minimal one is not reached before 5.2. */
  private void with(Client client) {
    boolean isReached = client == Client.DEFAULT || AsyncMembers.H2_GET_SESSION.isThere();
    assumeTrue(isReached, "this version's minimal client of HTTP/2 is not led");
    application =
        client == Client.DEFAULT ? AsyncApplication.http2() : AsyncApplication.minimalHttp2();
  }

  @Override
  protected String libraryName() {
    return ApacheHttpClient5AsyncHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Running start(Request request) {
    return application.execute(request);
  }

  @AfterEach
  void close() throws Exception {
    if (application == null) {
      application = AsyncApplication.http2();
    }
    application.close();
  }

  private FrameServer server(Reply... replies) throws IOException {
    return closing(new FrameServer(SERVER)).answering(replies);
  }

  private static TestEndpoint endpoint(FrameServer server) {
    return TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
  }

  @ParameterizedTest
  @EnumSource
  void aPlaintextUrlTravelsOverMutualTlsAndItsConnectionIsKept(Client client) throws Exception {
    with(client);
    FrameServer server = server();
    mesh.script(Script.to(endpoint(server)));
    for (int i = 0; i < 3; i++) {
      assertThat(send(GET).status()).isEqualTo(200);
    }
    assertThat(server.connections()).isEqualTo(1);
    for (ScriptedCall call : mesh.calls()) {
      assertThat(call.attempts())
          .singleElement()
          .satisfies(
              attempt -> {
                assertThat(attempt.headerWrites()).isEqualTo(1);
                assertThat(attempt.versions()).containsExactly("2");
                assertThat(attempt.connections())
                    .singleElement()
                    .satisfies(session -> assertThat(session).isPresent());
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void aUrlWithoutAPortIsLedLikewise(Client client) throws Exception {
    with(client);
    assumeTrue(
        client == Client.DEFAULT || takesHosts(), "this version's minimal client asks for a port");
    FrameServer server = server();
    mesh.script(Script.to(endpoint(server)));
    assertThat(send(Request.get("http://" + HOST + "/")).status()).isEqualTo(200);
    assertThat(server.requests()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void everyAttemptGoesToItsEndpoint(Client client) throws Exception {
    with(client);
    FrameServer first = server(Reply.UNAVAILABLE, Reply.OK, Reply.UNAVAILABLE);
    FrameServer second = server();
    TestEndpoint one = endpoint(first);
    TestEndpoint two = endpoint(second);
    mesh.script(Script.to(one, two));
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(mesh.call().statuses()).containsExactly(503, 200);
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(send(Request.put(URL + "/", "body")).status()).isEqualTo(200);
    assertThat(first.requests()).isEqualTo(3);
    assertThat(second.requests()).isEqualTo(2);
    assertThat(first.connections()).isEqualTo(1);
    assertThat(second.connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aNewGenerationOfCertificatesGetsANewConnection(Client client) throws Exception {
    with(client);
    FrameServer server = server();
    mesh.script(Script.to(endpoint(server)));
    send(GET);
    mesh.script(Script.to(endpoint(server)));
    send(GET);
    assertThat(server.connections()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void aServerWithAnotherIdentityIsRefusedAndSeesNoRequest(Client client) throws Exception {
    with(client);
    FrameServer server = server();
    String other = "spiffe://cluster.local/ns/shop/sa/other";
    mesh.script(Script.to(TestEndpoint.secured(HOST, server.address(), CLIENT, other)));
    Throwable error = failure(GET);
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
    assertThat(server.requests()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aStreamThatIsRefusedIsSentElsewhereEvenOfAPost(Client client) throws Exception {
    with(client);
    FrameServer first = server(Reply.REFUSE_STREAM);
    FrameServer second = server();
    mesh.script(Script.to(endpoint(first), endpoint(second)));
    assertThat(send(Request.post(URL + "/", "pay")).status()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.REFUSED_STREAM);
  }

  @ParameterizedTest
  @EnumSource
  void anEndpointThatRefusesConnectionsCostsNoPost(Client client) throws Exception {
    with(client);
    FrameServer server = server();
    mesh.script(
        Script.to(TestEndpoint.secured(HOST, refusing(), CLIENT, SERVER_ID), endpoint(server)));
    assertThat(send(Request.post(URL + "/", "pay")).status()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
    assertThat(server.requests()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void anAttemptWhoseTimeIsUpFailsNoOther(Client client) throws Exception {
    with(client);
    FrameServer server = warm(Reply.HOLD, Reply.HANG, Reply.HOLD);
    Running one = startAfter(server, 1);
    Running hanging = startAfter(server, 2);
    Running three = startAfter(server, 3);
    mesh.calls().get(2).attempts().get(0).expire();
    assertThat(hanging.response()).failsWithin(PATIENCE);
    areGood(server, one, three);
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatIsCancelledFailsNoOther(Client client) throws Exception {
    with(client);
    FrameServer server = warm(Reply.HOLD, Reply.HANG, Reply.HOLD);
    Running one = startAfter(server, 1);
    Running hanging = startAfter(server, 2);
    Running three = startAfter(server, 3);
    hanging.cancel().run();
    assertThat(hanging.response()).failsWithin(PATIENCE);
    eventually(() -> mesh.calls().get(2).wasAbandoned(), () -> "the news that it is abandoned");
    areGood(server, one, three);
  }

  @ParameterizedTest
  @EnumSource
  void aCallThatWaitsIsCancelledToo(Client client) throws Exception {
    with(client);
    FrameServer server = server(Reply.UNAVAILABLE);
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint).delay(Duration.ofHours(1)));
    Running running = start(GET);
    eventually(
        () -> mesh.calls().size() == 1 && mesh.call().statuses().size() == 1, () -> "the 503");
    running.cancel().run();
    assertThat(running.response()).failsWithin(PATIENCE);
    eventually(() -> mesh.call().wasAbandoned(), () -> "the news that it is abandoned");
    assertThat(server.requests()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalAndAnAnswerAreTheApplications(Client client) throws Exception {
    with(client);
    mesh.script(Script.refusing(Step.Reason.CIRCUIT_OPEN, "orders: not now"));
    assertThat(failure(GET)).isInstanceOf(IOException.class).hasMessageContaining("not now");
    mesh.script(Script.answering(203, java.util.Map.of(), "instead"));
    Response response = send(Request.post(URL + "/", "body"));
    assertThat(response.status()).isEqualTo(203);
    assertThat(response.text()).isEqualTo("instead");
    CompletableFuture<Void> gate = new CompletableFuture<>();
    FrameServer server = server();
    mesh.script(Script.to(endpoint(server)).waitingFor(gate));
    Running waiting = start(GET);
    assertThat(waiting.response()).isNotDone();
    gate.complete(null);
    assertThat(waiting.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
        .isEqualTo(200);
  }

  /** In every version, also where a client is not led. */
  @ParameterizedTest
  @EnumSource
  void anErrorOfOursSendsNothingInTheClear(Client client) throws Exception {
    application =
        client == Client.DEFAULT ? AsyncApplication.http2() : AsyncApplication.minimalHttp2();
    FrameServer server = server();
    Mistakes.serveBroken("127.0.0.1");
    String url = "http://127.0.0.1:" + server.address().getPort() + "/";
    assertThatThrownBy(() -> send(Request.get(url))).isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    WovenJvm.takeTroubles();
  }

  /** A server that has a connection already, which calls share. */
  private FrameServer warm(Reply... replies) throws Exception {
    FrameServer server = server();
    mesh.script(Script.to(endpoint(server)));
    assertThat(send(GET).status()).isEqualTo(200);
    return server.answering(replies);
  }

  /** Starts a call, the so-manieth after the one that made the connection. */
  private Running startAfter(FrameServer server, int number) {
    Running running = start(GET);
    eventually(() -> server.requests() == number + 1, () -> "request " + number);
    return running;
  }

  private static void areGood(FrameServer server, Running... running) throws Exception {
    for (Running each : running) {
      assertThat(each.response()).isNotDone();
    }
    server.release();
    for (Running each : running) {
      assertThat(each.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
          .isEqualTo(200);
    }
    assertThat(server.connections()).isEqualTo(1);
  }
}
