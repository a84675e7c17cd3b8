// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.MistakeContract;
import io.inboard.contract.Mistakes;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedOutbound;
import io.inboard.contract.SocketGuard;
import io.inboard.contract.TestServer;
import io.inboard.contract.WovenJvm;
import java.net.ConnectException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.classic.MinimalHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Test;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
final class MistakeTest extends MistakeContract {
  private static final String NO_IDENTITY =
      "identity: {certificateChain: a.pem, privateKey: b.pem, trustBundle: c.pem}\n";

  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Test
  void aMinimalClientIsRefusedAndGoesOnLikewise() throws Exception {
    TestServer server = plainServer();
    HttpGet get = new HttpGet("http://127.0.0.1:" + server.port() + "/");
    try (MinimalHttpClient minimal = HttpClients.createMinimal()) {
      Mistakes.serveBroken("127.0.0.1");
      assertThatThrownBy(() -> minimal.execute(get, HttpClientContext.create()))
          .isInstanceOf(SSLException.class);
      assertThat(server.connections()).isZero();
      Mistakes.serveBroken("elsewhere");
      try (ClassicHttpResponse response = minimal.execute(get, HttpClientContext.create())) {
        assertThat(response.getCode()).isEqualTo(200);
      }
    }
    assertThat(server.received()).singleElement().matches(r -> r.header("traceparent").isEmpty());
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  /** An application may leave the library's handler out of its client. */
  @Test
  void aChainWithoutAHopIsNotLetPastWhatMustBeEncrypted() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    HttpGet get = new HttpGet("http://127.0.0.1:" + server.port() + "/");
    HttpClientBuilder builder =
        HttpClients.custom()
            .replaceExecInterceptor(
                ChainElement.CONNECT.name(),
                (request, scope, chain) -> {
                  scope.execRuntime.acquireEndpoint(
                      scope.exchangeId, scope.route, null, scope.clientContext);
                  return chain.proceed(request, scope);
                });
    try (CloseableHttpClient client = builder.build()) {
      Mistakes.serve("127.0.0.1", script::begin);
      assertThatThrownBy(() -> client.execute(get)).isInstanceOf(SSLException.class);
      assertThat(server.received()).isEmpty();
      Mistakes.serve("elsewhere", script::begin);
      try (ClassicHttpResponse response = client.execute(get)) {
        assertThat(response.getCode()).isEqualTo(200);
      }
      assertThat(server.received()).singleElement().matches(r -> r.header("traceparent").isEmpty());
      // By the address of an endpoint.
      SocketGuard sockets = closing(new SocketGuard());
      sockets.guard(NO_IDENTITY, "REFUSE", server.address());
      assertThatThrownBy(() -> client.execute(get))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("no connection to " + HOST)
          .hasMessageContaining("DefaultManagedHttpClientConnection");
      assertThat(server.received()).hasSize(1);
    }
  }

  /** The URL names the destination, wherever the application leads the call. */
  @Test
  void aRouteOfTheApplicationsLeadsNoCallPastWhatMustBeEncrypted() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    HttpRoute route = new HttpRoute(new HttpHost("127.0.0.1", server.port()));
    CloseableHttpClient client =
        HttpClients.custom()
            .setConnectionManager(application.pool)
            .setRoutePlanner((host, context) -> route)
            .build();
    Mistakes.serve(HOST, script::begin);
    assertThatThrownBy(() -> client.execute(new HttpGet(URL + "/")))
        .isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    Mistakes.serve("elsewhere", script::begin);
    script.script(Script.passThrough());
    client.execute(new HttpGet(URL + "/")).close();
    assertThat(server.received()).hasSize(1);
  }
}
