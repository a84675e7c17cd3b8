// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.MistakeContract;
import io.inboard.contract.Mistakes;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedOutbound;
import io.inboard.contract.TestServer;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.http.HttpHost;
import org.apache.http.HttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.nio.client.CloseableHttpPipeliningClient;
import org.apache.http.impl.nio.client.HttpAsyncClients;
import org.apache.http.nio.NHttpClientConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
final class AsyncMistakeTest extends MistakeContract {
  private final AsyncApplication application = new AsyncApplication();

  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected boolean countsWhatBreaksAfterwards() {
    return false;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    application.end();
  }

  /** Past the client, as no hook of a call sees it. */
  @Test
  void aConnectionThatTheApplicationOpensByHandIsNotLetPastWhatMustBeEncrypted() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    Mistakes.serve("127.0.0.1", script::begin);
    HttpRoute route = new HttpRoute(new HttpHost("127.0.0.1", server.port()));
    assertThatThrownBy(() -> connect(route)).hasMessageContaining("no plaintext to 127.0.0.1");
    assertThat(server.connections()).isZero();
    Mistakes.serve("elsewhere", script::begin);
    connect(route);
    assertThat(server.received()).isEmpty();
  }

  private void connect(HttpRoute route) throws Exception {
    NHttpClientConnection connection;
    try {
      connection =
          application
              .pool
              .requestConnection(route, null, 0, 0, TimeUnit.SECONDS, null)
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
    application.pool.releaseConnection(connection, null, 0, TimeUnit.SECONDS);
  }

  /** The URL names the destination, wherever the application leads the call. */
  @Test
  void aRouteOfTheApplicationsLeadsNoCallPastWhatMustBeEncrypted() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    HttpRoute route = new HttpRoute(new HttpHost("127.0.0.1", server.port()));
    AsyncApplication misled =
        new AsyncApplication(
            HttpAsyncClients.custom().setRoutePlanner((host, request, context) -> route));
    Mistakes.serve(HOST, script::begin);
    HttpUriRequest call = AsyncApplication.request(Request.get(URL + "/"));
    assertThatThrownBy(() -> AsyncApplication.result(misled.start(call)))
        .isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    Mistakes.serve("elsewhere", script::begin);
    script.script(Script.passThrough());
    assertThat(AsyncApplication.result(misled.start(call)).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
    misled.end();
  }

  /** Several requests at once on a connection are no calls of the mesh. */
  @Test
  void pipelinedRequestsAreLeftAloneUnlessTheyMustBeEncrypted() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    HttpHost target = new HttpHost("127.0.0.1", server.port());
    try (CloseableHttpPipeliningClient client = HttpAsyncClients.createPipelining()) {
      client.start();
      Mistakes.serve("127.0.0.1", script::begin);
      assertThatThrownBy(() -> pipelined(client, target)).hasCauseInstanceOf(SSLException.class);
      assertThat(server.connections()).isZero();
      Mistakes.serve("elsewhere", script::begin);
      assertThat(pipelined(client, target)).hasSize(1);
    }
    assertThat(server.received())
        .singleElement()
        .satisfies(r -> assertThat(r.header("traceparent")).isEmpty());
  }

  private static List<HttpResponse> pipelined(CloseableHttpPipeliningClient client, HttpHost target)
      throws Exception {
    return client
        .execute(target, List.of(new HttpGet("/")), null)
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
