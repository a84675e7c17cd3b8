// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.mesh.Mesh;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Calls by the address of an instance that something in the application has chosen, as Spring Cloud
 * LoadBalancer does, where the settings say that they are the destination's ({@code alsoMatches}).
 */
public abstract class AddressedClientContract extends MeshHarness {
  private static String url(InetSocketAddress instance) {
    return "http://" + instance.getAddress().getHostAddress() + ":" + instance.getPort();
  }

  @Test
  void aCallByAnInstancesAddressGoesThereFirstWithAllThatItsDestinationHas() throws Exception {
    TestServer chosen = closing(TestServer.secured(ORDERS)).answering(Answer.status(503));
    TestServer other = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    Mesh mesh =
        mesh(
            identity(),
            destination(
                "alsoMatches: endpoints\n    tls: {mode: MUTUAL, principals: ["
                    + principal("orders")
                    + "]}",
                other.address(),
                chosen.address()));
    String host = url(chosen.address()).substring("http://".length());
    for (int i = 0; i < 3; i++) {
      assertThat(send(Request.get(url(chosen.address()) + "/orders/" + i)).status()).isEqualTo(200);
    }
    assertThat(chosen.received())
        .hasSize(3)
        .allMatch(r -> r.peer().equals(Optional.of(CLIENT_ID)))
        .allMatch(r -> r.header("host").equals(Optional.of(host)));
    assertThat(other.received())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.peer()).contains(CLIENT_ID);
              assertThat(r.header("host")).as("the application's").contains(host);
              assertThat(r.header("x-envoy-attempt-count")).contains("2");
            });
    assertThat(status(mesh).calls()).isEqualTo(3);
    assertThat(status(mesh).retries()).isEqualTo(1);
  }

  @Test
  void aChosenInstanceThatIsGoneCostsNoPost() throws Exception {
    InetSocketAddress gone = refusing();
    TestServer healthy = plainServer();
    mesh("", destination("alsoMatches: endpoints", gone, healthy.address()));
    for (int i = 0; i < 8; i++) {
      assertThat(send(Request.post(url(gone) + "/", "body " + i)).status()).isEqualTo(200);
    }
    assertThat(healthy.received()).hasSize(8);
  }

  /**
   * In the clear, by a name that no destination has; it does not matter who has resolved it. Where
   * connections are opened nobody looks in this test.
   */
  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aCallThatAnotherNameLeadsToAGuardedEndpointIsRefused() throws Exception {
    TestServer server = plainServer();
    CA.issue(CLIENT_ID).save(directory);
    Mesh mesh = mesh(identity(), guarded("REFUSE", server));
    Throwable error = failure(Request.get("http://localhost:" + server.port() + "/"));
    assertThat(error).hasStackTraceContaining("destination " + HOST);
    assertThat(server.received()).isEmpty();
    assertThat(mesh.outbound().status().unmeshed())
        .singleElement()
        .hasToString(
            "Count[role=client, library=%s, where=%s, outcome=refused, count=1]",
            libraryName(), HOST);
  }

  @Test
  void aConnectionFromBeforeAnEndpointWasGuardedIsNotUsedAnyMore() throws Exception {
    TestServer server = plainServer();
    CA.issue(CLIENT_ID).save(directory);
    Mesh mesh = mesh(identity(), guarded("WARN", server));
    String url = "http://localhost:" + server.port() + "/";
    assertThat(send(Request.get(url)).status()).isEqualTo(200);
    mesh.apply(settings(identity() + guarded("REFUSE", server)));
    Throwable error = failure(Request.get(url));
    assertThat(error).hasStackTraceContaining("destination " + HOST);
    assertThat(server.received()).hasSize(1);
  }

  private static String guarded(String unknownClients, TestServer server) {
    return destination(
        "tls: {mode: MUTUAL}\n    unknownClients: " + unknownClients, server.address());
  }
}
