// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.ClientHarness;
import io.inboard.contract.Received;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Applications that take HTTP/1.1, and HTTP/2 where the server is willing ({@code H2C}). */
final class UpgradeTest extends ClientHarness {
  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.UPGRADING.send(request);
  }

  @Test
  void withinOurTlsNobodyIsAskedForAnother() throws Exception {
    TestServer server = securedServer();
    TestEndpoint endpoint = secured(server);
    for (int i = 0; i < 5; i++) {
      mesh.script(Script.to(endpoint));
      assertThat(send(Request.put(URL + "/", "body")).text()).isEqualTo("answer 200");
    }
    assertThat(server.received())
        .hasSize(5)
        .allMatch(r -> r.peer().equals(Optional.of(CLIENT_ID)))
        .allMatch(r -> r.text().equals("body"))
        .allMatch(r -> asked(r).isEmpty());
    // The first connection was seen to serve one request only, the second all others.
    assertThat(server.connections()).isLessThanOrEqualTo(2);
  }

  @Test
  void inTheClearItAsksAsWithoutUs() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    assertThat(send(Request.get(URL + "/")).text()).isEqualTo("answer 200");
    assertThat(asked(server.received().get(0))).containsExactly("h2c");
  }

  private static List<String> asked(Received request) {
    return request.all("upgrade");
  }
}
