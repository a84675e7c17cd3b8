// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SeenRequest;
import io.inboard.contract.ServerFixture;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Servlets of Java EE 8 and of Jakarta EE 9 above Jetty 12, and handlers without servlets: what is
 * another way there than for newer servlets. All of the contract runs with the former where every
 * version is tested.
 */
final class NestedServletsTest extends ServerFixture {
  @Override
  protected RunningServer start() {
    // Each test starts its own.
    return new RunningServer() {
      @Override
      public int port() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  protected String library() {
    return "jetty";
  }

  @ParameterizedTest
  @ValueSource(strings = {"ee8", "ee9"})
  void aRequestHasItsRouteItsIdentityAndItsContext(String servlets) throws Exception {
    mesh.guards(true);
    try (RunningServer jetty = new JettyLoader("12.1-" + servlets).start(Map.of());
        RawConnection plain = RawConnection.plain(jetty.port());
        RawConnection secured = RawConnection.tls(jetty.port(), client)) {
      String forged = "x-forwarded-client-cert: URI=spiffe://forged";
      assertThat(plain.get("/headers", forged).text()).contains("x-forwarded-client-cert=[]");
      assertThat(secured.get("/headers", forged).text())
          .contains("x-forwarded-client-cert=[URI=" + CLIENT_ID + "]");
      for (RawConnection wire : new RawConnection[] {plain, secured}) {
        routesAndContexts(wire);
      }
    }
    assertThat(mesh.ended(12))
        .extracting(SeenRequest::route)
        .filteredOn(route -> !route.equals("/headers"))
        .containsExactly(
            "/jetty/*",
            "/jetty/*",
            "/jetty/*",
            "/items/{id}",
            "", //
            "/jetty/*",
            "/jetty/*",
            "/jetty/*",
            "/items/{id}",
            "");
    assertThat(mesh.ended(12))
        .filteredOn(seen -> seen.route().equals("/items/{id}"))
        .allSatisfy(
            seen ->
                assertThat(seen.ends().get(0).error().orElseThrow())
                    .isInstanceOf(IllegalArgumentException.class));
  }

  @Test
  void aHandlerWithoutServletsIsServedAlike() throws Exception {
    mesh.guards(true);
    try (RunningServer jetty = new JettyLoader("12.1-ee11").start(Map.of("core", "yes"));
        RawConnection plain = RawConnection.plain(jetty.port());
        RawConnection secured = RawConnection.tls(jetty.port(), client)) {
      String forged = "x-forwarded-client-cert: URI=spiffe://forged";
      assertThat(plain.get("/own", forged).text()).isEqualTo("http://localhost/own false [] /own");
      assertThat(secured.get("/own", forged).text())
          .isEqualTo("http://localhost/own false [URI=" + CLIENT_ID + "] /own");
      mesh.deny(403);
      assertThat(plain.get("/own").status()).isEqualTo(403);
    }
    assertThat(mesh.ended(3)).extracting(SeenRequest::route).containsOnly("");
  }

  private void routesAndContexts(RawConnection wire) throws IOException {
    assertThat(wire.get("/jetty/seen").text())
        .isEqualTo("http false http://localhost/jetty/seen 80");
    assertThat(wire.get("/jetty/dispatch").text()).isEqualTo("dispatched in /jetty/dispatch");
    assertThat(wire.get("/jetty/timeout").text()).isEqualTo("timed out in /jetty/timeout");
    assertThat(wire.get("/jetty/pattern").status()).isEqualTo(500);
    assertThat(wire.get("/nothing").status()).isEqualTo(404);
  }
}
