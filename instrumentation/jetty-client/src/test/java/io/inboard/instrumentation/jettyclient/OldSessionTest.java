// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.TestServer;
import io.inboard.mesh.Mesh;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.util.FuturePromise;
import org.eclipse.jetty.util.Promise;
import org.junit.jupiter.api.Test;

/** Jetty 9.4 gives sessions no TLS one by one: where they need ours there is none. */
final class OldSessionTest extends MeshHarness {
  @Override
  protected String libraryName() {
    return JettyHttp2ClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the library itself");
  }

  @Test
  void nothingGoesOutInTheClear() throws Exception {
    assumeTrue(
        Arrays.stream(HTTP2Client.class.getMethods())
            .anyMatch(m -> Arrays.asList(m.getParameterTypes()).contains(InetSocketAddress.class)),
        "9.4");
    CA.issue(CLIENT_ID).save(directory);
    TestServer server = plainServer();
    Mesh mesh = mesh(identity(), destination("tls: {mode: MUTUAL}", server.address()));
    HTTP2Client client = new HTTP2Client();
    client.start();
    closing(client::stop);
    FuturePromise<Session> promise = new FuturePromise<>();
    connect(client, InetSocketAddress.createUnresolved(HOST, 8080), promise);
    assertThatThrownBy(() -> promise.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .hasCauseInstanceOf(SSLException.class)
        .hasMessageContaining(HOST);
    assertThat(server.connections()).isZero();
    assertThat(mesh.outbound().status().unmeshed())
        .singleElement()
        .asString()
        .contains("library=jetty-http2-client", "where=" + HOST, "count=1");
    // Elsewhere all is as without us.
    FuturePromise<Session> elsewhere = new FuturePromise<>();
    TestServer outside = plainServer();
    connect(client, new InetSocketAddress("localhost", outside.port()), elsewhere);
    assertThat(elsewhere.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isNotNull();
  }

  private static void connect(
      HTTP2Client client, InetSocketAddress address, Promise<Session> promise) throws Exception {
    Object listener =
        Class.forName("org.eclipse.jetty.http2.api.Session$Listener$Adapter")
            .getConstructor()
            .newInstance();
    HTTP2Client.class
        .getMethod("connect", InetSocketAddress.class, Session.Listener.class, Promise.class)
        .invoke(client, address, listener, promise);
  }
}
