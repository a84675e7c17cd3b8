// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

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
import java.net.ConnectException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.http.HttpClientConnection;
import org.apache.http.HttpHost;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
final class MistakeTest extends MistakeContract {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(application);
  }

  /** Past the client, as no hook of a call sees it. */
  @Test
  void aConnectionThatTheApplicationOpensByHandIsNotLetPastWhatMustBeEncrypted() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    Mistakes.serve("127.0.0.1", script::begin);
    HttpRoute route = new HttpRoute(new HttpHost("127.0.0.1", server.port()));
    assertThatThrownBy(() -> connect(route)).isInstanceOf(SSLException.class);
    Mistakes.serve("elsewhere", script::begin);
    connect(route);
    // By the address of an endpoint.
    SocketGuard sockets = closing(new SocketGuard());
    sockets.guard(
        "identity: {certificateChain: a.pem, privateKey: b.pem, trustBundle: c.pem}\n",
        "REFUSE",
        server.address());
    assertThatThrownBy(() -> connect(route))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("no connection to " + HOST);
    assertThat(server.received()).isEmpty();
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
            .setRoutePlanner((host, request, context) -> route)
            .build();
    Mistakes.serve(HOST, script::begin);
    HttpUriRequest call = Application.request(Request.get(URL + "/"));
    assertThatThrownBy(() -> client.execute(call)).isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    Mistakes.serve("elsewhere", script::begin);
    script.script(Script.passThrough());
    client.execute(call).close();
    assertThat(server.received()).hasSize(1);
  }

  private void connect(HttpRoute route) throws Exception {
    HttpClientConnection connection =
        application.pool.requestConnection(route, null).get(0, TimeUnit.SECONDS);
    try {
      application.pool.connect(connection, route, 0, HttpClientContext.create());
    } finally {
      application.pool.releaseConnection(connection, null, 0, TimeUnit.SECONDS);
    }
  }
}
