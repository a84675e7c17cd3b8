// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inboard.contract.MistakeContract;
import io.inboard.contract.Mistakes;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedOutbound;
import io.inboard.contract.SocketGuard;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import io.inboard.contract.WovenJvm;
import java.net.ConnectException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.async.MinimalHttpAsyncClient;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.nio.AsyncClientEndpoint;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityConsumer;
import org.apache.hc.core5.http.nio.support.BasicResponseConsumer;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
final class AsyncMistakeTest extends MistakeContract {
  private static final String NO_IDENTITY =
      "identity: {certificateChain: a.pem, privateKey: b.pem, trustBundle: c.pem}\n";

  private AsyncApplication application = new AsyncApplication();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5AsyncHooks.NAME;
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
    application.close();
  }

  @Test
  void aMinimalClientIsRefusedAndGoesOnLikewise() throws Exception {
    application.close();
    application = AsyncApplication.minimal();
    TestServer server = plainServer();
    Mistakes.serveBroken("127.0.0.1");
    assertThatThrownBy(() -> send(request(server))).isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    Mistakes.serveBroken("elsewhere");
    assertThat(send(request(server)).status()).isEqualTo(200);
    assertThat(server.received()).singleElement().matches(r -> r.header("traceparent").isEmpty());
    WovenJvm.takeTroubles();
  }

  /** An application may lease a connection of a minimal client, and use that. */
  @Test
  void aLeasedConnectionIsNotLetPastWhatMustBeEncrypted() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    application.close();
    application = AsyncApplication.minimal();
    Mistakes.serve("elsewhere", script::begin);
    MinimalHttpAsyncClient minimal = (MinimalHttpAsyncClient) application.client;
    AsyncClientEndpoint leased =
        minimal
            .lease(new HttpHost("http", "127.0.0.1", server.port()), null)
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    Mistakes.serve("127.0.0.1", script::begin);
    assertThatThrownBy(
            () ->
                leased
                    .execute(
                        AsyncApplication.producer(request(server)),
                        new BasicResponseConsumer<>(new BasicAsyncEntityConsumer()),
                        (FutureCallback<
                                org.apache.hc.core5.http.Message<
                                    org.apache.hc.core5.http.HttpResponse, byte[]>>)
                            null)
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SSLException.class);
    leased.releaseAndDiscard();
    assertThat(server.received()).isEmpty();
  }

  /** An application may leave the library's handler out of its client. */
  @Test
  void aChainWithoutAHopIsNotLetPastWhatMustBeEncrypted() throws Exception {
    assumeTrue(AsyncMembers.H2_GET_SESSION.isThere(), "5.0 replaces nothing in a chain");
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    CloseableHttpAsyncClient client =
        HttpAsyncClients.custom()
            .setConnectionManager(application.pool)
            .replaceExecInterceptor(
                ChainElement.CONNECT.name(),
                (request, body, scope, chain, callback) ->
                    scope.execRuntime.acquireEndpoint(
                        scope.exchangeId,
                        scope.route,
                        null,
                        scope.clientContext,
                        new FutureCallback<>() {
                          @Override
                          public void completed(
                              org.apache.hc.client5.http.async.AsyncExecRuntime runtime) {
                            try {
                              chain.proceed(request, body, scope, callback);
                            } catch (Exception e) {
                              callback.failed(e);
                            }
                          }

                          @Override
                          public void failed(Exception cause) {
                            callback.failed(cause);
                          }

                          @Override
                          public void cancelled() {
                            callback.failed(new InterruptedException());
                          }
                        }))
            .build();
    AsyncApplication own = new AsyncApplication(application.pool, client);
    Mistakes.serve("127.0.0.1", script::begin);
    assertThatThrownBy(() -> own.send(request(server))).isInstanceOf(SSLException.class);
    assertThat(server.received()).isEmpty();
    Mistakes.serve("elsewhere", script::begin);
    assertThat(own.send(request(server)).status()).isEqualTo(200);
    assertThat(server.received()).singleElement().matches(r -> r.header("traceparent").isEmpty());
    // By the address of an endpoint.
    SocketGuard sockets = closing(new SocketGuard());
    sockets.guard(NO_IDENTITY, "REFUSE", server.address());
    assertThatThrownBy(() -> own.send(request(server)))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("no connection to " + HOST)
        .hasMessageContaining("PoolingAsyncClientConnectionManager");
    assertThat(server.received()).hasSize(1);
    client.close(CloseMode.IMMEDIATE);
  }

  /** The URL names the destination, wherever the application leads the call. */
  @Test
  void aRouteOfTheApplicationsLeadsNoCallPastWhatMustBeEncrypted() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    HttpRoute route = new HttpRoute(new HttpHost("127.0.0.1", server.port()));
    CloseableHttpAsyncClient client =
        HttpAsyncClients.custom().setRoutePlanner((host, context) -> route).build();
    AsyncApplication own = new AsyncApplication(null, client);
    Mistakes.serve(HOST, script::begin);
    assertThatThrownBy(() -> own.send(Request.get(URL + "/"))).isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    Mistakes.serve("elsewhere", script::begin);
    script.script(Script.passThrough());
    assertThat(own.send(Request.get(URL + "/")).status()).isEqualTo(200);
    own.close();
  }

  /** Not negotiated, as without us: an application that says http has asked for HTTP/1.1. */
  @Test
  void http2IsSpokenWhereTheApplicationForcesIt() throws Exception {
    io.inboard.contract.FrameServer server =
        closing(new io.inboard.contract.FrameServer(SERVER))
            .answering(io.inboard.contract.FrameServer.Reply.UNAVAILABLE);
    TestEndpoint endpoint = TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
    CloseableHttpAsyncClient client =
        HttpAsyncClients.custom().setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_2).build();
    AsyncApplication own = new AsyncApplication(null, client);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(own.send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(mesh.call().statuses()).containsExactly(503, 200);
    assertThat(server.connections()).isEqualTo(1);
    own.close();
  }
}
