// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.FrameServer;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.SocketGuard;
import io.inboard.mesh.Mesh;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions that an application opens by Jetty's own client of HTTP/2. */
final class OwnSessionTest extends MeshHarness {
  private final HTTP2Client client = new HTTP2Client();
  private final SocketGuard sockets = new SocketGuard();

  @BeforeEach
  void start() throws Exception {
    CA.issue(CLIENT_ID).save(directory);
    client.start();
  }

  @AfterEach
  void close() throws Exception {
    sockets.close();
    client.stop();
  }

  @Override
  protected String libraryName() {
    return JettyHttp2ClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the library itself");
  }

  private CompletableFuture<Session> connect() {
    return client.connect(
        InetSocketAddress.createUnresolved(HOST, 8080), new Session.Listener() {});
  }

  private static CompletableFuture<Integer> ask(Session session) {
    CompletableFuture<Integer> status = new CompletableFuture<>();
    session
        .newStream(
            new HeadersFrame(
                new MetaData.Request(
                    "GET", HttpURI.from(URL + "/"), HttpVersion.HTTP_2, HttpFields.EMPTY),
                null,
                true),
            new Stream.Listener() {
              @Override
              public void onHeaders(Stream stream, HeadersFrame frame) {
                status.complete(((MetaData.Response) frame.getMetaData()).getStatus());
              }

              @Override
              public void onFailure(
                  Stream stream, int error, String reason, Throwable failure, Callback callback) {
                status.completeExceptionally(failure);
                callback.succeeded();
              }
            })
        .whenComplete(
            (stream, failure) -> {
              if (failure != null) {
                status.completeExceptionally(failure);
              }
            });
    return status;
  }

  @Test
  void eachGetsMutualTlsAndStatusSaysWhatItDoesNotGet() throws Exception {
    FrameServer server = closing(new FrameServer(ORDERS));
    Mesh mesh = mesh("", sockets.guard(identity(), "REFUSE", server.address()));
    Session session = connect().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    for (int i = 0; i < 2; i++) {
      assertThat(ask(session).get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(200);
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.requests()).isEqualTo(2);
    assertThat(sockets.counts()).isEqualTo("[]");
    assertThat(mesh.outbound().status().unmeshed())
        .singleElement()
        .asString()
        .contains(
            "library=jetty-http2-client", "where=" + HOST, "each with one endpoint", "count=1");
  }

  @Test
  void oneThatIsAskedForByAnEndpointsAddressGetsItToo() throws Exception {
    FrameServer server = closing(new FrameServer(ORDERS));
    mesh(
        identity(),
        destination("tls: {mode: MUTUAL}\n    alsoMatches: endpoints", server.address()));
    Session session =
        client
            .connect(server.address(), new Session.Listener() {})
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(ask(session).get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(200);
  }

  @Test
  void aServerWithAnotherIdentityGetsNoRequest() throws Exception {
    FrameServer server = closing(new FrameServer(ORDERS));
    mesh(
        identity(),
        destination(
            "tls: {mode: MUTUAL, principals: [" + principal("other") + "]}", server.address()));
    CompletableFuture<Session> opening = connect();
    assertThatThrownBy(() -> ask(opening.get(20, TimeUnit.SECONDS)).get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);
    assertThat(server.requests()).isZero();
  }
}
