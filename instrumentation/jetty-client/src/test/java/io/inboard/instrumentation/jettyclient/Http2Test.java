// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.FrameServer;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.junit.jupiter.api.Test;

/**
 * A client that the application has made for HTTP/2: of a URL that says http it speaks it at once,
 * below the mesh's TLS, too.
 */
final class Http2Test extends ClientHarness {
  private static final NewApplication HTTP2 =
      new NewApplication(
          NewApplication.started(new HttpClientTransportOverHTTP2(new HTTP2Client())));

  private static final Request GET = Request.get(URL + "/");

  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return TimeoutException.class;
  }

  @Override
  protected Running start(Request request) {
    return HTTP2.begin(request);
  }

  @Override
  protected Response send(Request request) throws Exception {
    try {
      return start(request).response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private FrameServer server() throws Exception {
    return closing(new FrameServer(SERVER));
  }

  private static TestEndpoint endpoint(FrameServer server) {
    return TestEndpoint.secured(HOST, server.address(), ClientHarness.CLIENT, SERVER_ID);
  }

  @Test
  void callsShareAConnectionUnderMutualTls() throws Exception {
    FrameServer server = server();
    mesh.script(Script.to(endpoint(server)));
    assertThat(send(GET).status()).isEqualTo(200);
    assertThat(send(Request.put(URL + "/", "body")).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(1);
    assertThat(mesh.calls())
        .hasSize(2)
        .allSatisfy(
            call -> {
              assertThat(call.attempts().get(0).versions()).containsExactly("2");
              assertThat(call.attempts().get(0).connections())
                  .singleElement()
                  .satisfies(session -> assertThat(session).isPresent());
            });
  }

  @Test
  void eachCallOnAConnectionIsRepeatedByItself() throws Exception {
    FrameServer server = server();
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(send(GET).status()).isEqualTo(200);
    server.answering(FrameServer.Reply.HOLD, FrameServer.Reply.UNAVAILABLE, FrameServer.Reply.HOLD);
    Running one = start(GET);
    eventually(() -> server.requests() == 2, () -> "the first call");
    Running repeated = start(GET);
    eventually(() -> server.requests() == 4, () -> "the second attempt of the second call");
    server.release();
    for (Running each : List.of(one, repeated)) {
      assertThat(each.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
          .isEqualTo(200);
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(mesh.calls().get(2).statuses()).containsExactly(503, 200);
  }

  @Test
  void aStreamThatTheServerResetsFailsNoOtherAndIsNotGivenUpByTheApplication() throws Exception {
    FrameServer server = server();
    mesh.script(Script.to(endpoint(server)));
    assertThat(send(GET).status()).isEqualTo(200);
    server.answering(FrameServer.Reply.HOLD, FrameServer.Reply.RESET_STREAM);
    Running one = start(GET);
    eventually(() -> server.requests() == 2, () -> "the first call");
    Running reset = start(GET);
    assertThat(reset.response()).failsWithin(PATIENCE);
    server.release();
    assertThat(one.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
    assertThat(mesh.calls().get(2).progress()).containsExactly(Progress.SENT);
    assertThat(mesh.calls()).noneMatch(call -> call.wasAbandoned());
  }

  /** The server says that it has processed nothing: not even a payment is sent twice by that. */
  @Test
  void aStreamThatTheServerRefusesIsSentAgainWhateverTheMethod() throws Exception {
    FrameServer server = server();
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(send(GET).status()).isEqualTo(200);
    server.answering(FrameServer.Reply.REFUSE_STREAM);
    assertThat(send(Request.post(URL + "/", "body")).status()).isEqualTo(200);
    assertThat(mesh.calls().get(1).progress()).containsExactly(Progress.REFUSED_STREAM);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void anAttemptWhoseTimeIsUpResetsItsStreamAlone() throws Exception {
    FrameServer server = server();
    mesh.script(Script.to(endpoint(server)));
    assertThat(send(GET).status()).isEqualTo(200);
    server.answering(FrameServer.Reply.HOLD, FrameServer.Reply.HANG);
    Running one = start(GET);
    eventually(() -> server.requests() == 2, () -> "the first call");
    Running hanging = start(GET);
    eventually(() -> server.requests() == 3, () -> "the second call");
    mesh.calls().get(2).attempts().get(0).expire();
    assertThat(hanging.response()).failsWithin(PATIENCE);
    eventually(
        () -> server.resets().equals(List.of(FrameServer.CANCEL)), () -> "the reset of its stream");
    server.release();
    assertThat(one.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aServerThatSpeaksAnotherProtocolGetsNoRequest() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.to(secured(server)));
    assertThat(causedBy(failure(GET), SSLException.class)).isTrue();
    assertThat(server.received()).isEmpty();
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
  }

  @Test
  void aServerWithAnotherIdentityGetsNoRequest() throws Exception {
    FrameServer server = server();
    mesh.script(
        Script.to(
            TestEndpoint.secured(
                HOST,
                server.address(),
                ClientHarness.CLIENT,
                "spiffe://cluster.local/ns/shop/sa/other")));
    assertThat(causedBy(failure(GET), SSLException.class)).isTrue();
    assertThat(server.requests()).isZero();
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
  }
}
