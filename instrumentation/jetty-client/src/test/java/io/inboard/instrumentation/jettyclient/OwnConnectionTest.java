// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.TestServer;
import io.inboard.mesh.Mesh;
import java.net.ConnectException;
import java.net.URI;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that an application opens by itself: {@code Destination.newConnection}. */
final class OwnConnectionTest extends MeshHarness {
  @BeforeEach
  void issue() throws Exception {
    CA.issue(CLIENT_ID).save(directory);
  }

  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    try (Application.Own connection = open(URL)) {
      return connection.send(request);
    }
  }

  private static Application.Own open(String url) throws Exception {
    return Application.HERE.open(URI.create(url + "/"));
  }

  private static String mutual(String account) {
    return "tls: {mode: MUTUAL, principals: [" + principal(account) + "]}";
  }

  @Test
  void eachGetsMutualTlsAndStatusSaysWhatItDoesNotGet() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    Mesh mesh = mesh(identity(), destination(mutual("orders"), server.address()));
    try (Application.Own connection = open(URL)) {
      for (int i = 0; i < 3; i++) {
        Request request = Request.put(URL + "/orders/" + i, "body " + i);
        assertThat(connection.send(request).status()).isEqualTo(200);
      }
    }
    assertThat(server.connections()).isEqualTo(1);
    assertThat(server.received())
        .hasSize(3)
        .allMatch(r -> r.peer().equals(Optional.of(CLIENT_ID)))
        .allMatch(r -> r.header("host").equals(Optional.of(HOST + ":8080")));
    assertThat(server.received().get(2).text()).isEqualTo("body 2");
    assertThat(mesh.outbound().status().unmeshed())
        .singleElement()
        .asString()
        .contains("library=jetty-client", "where=" + HOST, "each with one endpoint", "count=1");
  }

  @Test
  void eachGoesToAnEndpointOfItsOwn() throws Exception {
    TestServer one = closing(TestServer.secured(ORDERS));
    TestServer two = closing(TestServer.secured(ORDERS));
    mesh(
        identity(),
        destination(
            mutual("orders") + "\n    loadBalancer: {simple: ROUND_ROBIN}",
            one.address(),
            two.address()));
    for (int i = 0; i < 4; i++) {
      assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    }
    assertThat(one.connections()).isEqualTo(2);
    assertThat(two.connections()).isEqualTo(2);
  }

  @Test
  void aServerWithAnotherIdentityGetsNoRequest() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    mesh(identity(), destination(mutual("other"), server.address()));
    for (int i = 0; i < 2; i++) { // The second one may resume a session.
      Throwable error = failure(Request.get(URL + "/"));
      assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    }
    assertThat(server.received()).isEmpty();
  }

  @Test
  void oneThatWasOpenedInPlaintextIsOfNoUseOnceMutualTlsIsAskedFor() throws Exception {
    TestServer server = plainServer();
    mesh("", destination("tls: {mode: DISABLE}", server.address()));
    Request request = Request.get(URL + "/");
    try (Application.Own connection = open(URL)) {
      assertThat(connection.send(request).status()).isEqualTo(200);
      mesh(identity(), destination(mutual("orders"), server.address()));
      assertThatThrownBy(() -> connection.send(request))
          .satisfies(e -> assertThat(causedBy(e, SSLException.class)).as("%s", e).isTrue());
    }
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void whereNobodyListensThereIsNone() throws Exception {
    mesh(identity(), destination(mutual("orders"), refusing()));
    assertThatThrownBy(() -> open(URL).close()).hasRootCauseInstanceOf(ConnectException.class);
  }

  @Test
  void outsideTheMeshAllIsAsWithoutUs() throws Exception {
    TestServer server = plainServer();
    Mesh mesh = mesh("", destination("", server.address()));
    TestServer outside = plainServer();
    String elsewhere = "http://localhost:" + outside.port();
    try (Application.Own connection = open(elsewhere)) {
      assertThat(connection.send(Request.get(elsewhere + "/")).status()).isEqualTo(200);
    }
    assertThat(outside.received()).singleElement().matches(r -> r.header("host").isPresent());
    assertThat(mesh.outbound().status().unmeshed()).isEmpty();
  }
}
