// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.EchoServer;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** A WebSocket is one connection to one endpoint; what is said over it is the application's. */
abstract class VertxWebSocketContract extends ClientHarness {
  private final Application application;

  VertxWebSocketContract(String version) {
    application = Application.of(version);
  }

  @Override
  protected String libraryName() {
    return VertxClientHooks.NAME;
  }

  @Override
  protected ClassLoader libraryLoader() {
    return application.loader();
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return Application.TIMEOUT;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  private String conversation() throws Exception {
    CompletableFuture<String> answer = application.call("conversation", HOST, 8080, "h\u00e9llo");
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void overMutualTlsFramesGoBothWays() throws Exception {
    try (EchoServer echo = new EchoServer(SERVER)) {
      mesh.script(Script.to(TestEndpoint.secured(HOST, echo.address(), CLIENT, SERVER_ID)));
      assertThat(conversation()).isEqualTo("h\u00e9llo");
      assertThat(echo.peer()).contains(CLIENT_ID);
      assertThat(echo.head()).containsIgnoringCase("host: " + HOST + ":8080");
    }
  }

  @Test
  void aPeerWithAnotherIdentityIsRefused() throws Exception {
    TestServer server = securedServer();
    mesh.script(
        Script.to(
            TestEndpoint.secured(
                HOST, server.address(), CLIENT, "spiffe://cluster.local/ns/shop/sa/other")));
    assertThatThrownBy(this::conversation)
        .isInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(causedBy(e, SSLException.class)).as("%s", e).isTrue());
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
    assertThat(server.received()).isEmpty();
  }

  @Test
  void aRefusalOpensNothing() throws Exception {
    mesh.script(Script.refusing(Step.Reason.UNTRUSTED, "orders: no certificate"));
    assertThatThrownBy(this::conversation).hasStackTraceContaining("no certificate");
  }
}
