// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.NettyVersion;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SeenRequest;
import io.inboard.contract.ServerFixture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes of vertx-web, what handlers throw, and which request a handler's chain works for. */
abstract class RoutedContract extends ServerFixture {
  private static final int REQUESTS = 20;

  private final String version;

  RoutedContract(String version) {
    this.version = version;
  }

  @Override
  protected RunningServer start() throws Exception {
    return new NettyVersion(
            "vertx", version, "io.inboard.instrumentation.vertx.server.app.RoutedServer")
        .start(Map.of(), Optional.empty());
  }

  @Override
  protected String library() {
    return VertxWebHooks.NAME;
  }

  private int get(String path) throws IOException {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      return wire.get(path).status();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/shop/items/7, /shop/items/:id",
    "/shop/items/%37, /shop/items/:id",
    "/blocking/7, /blocking/:id",
    "/shop/smith/orders/8, /shop/:customer/orders/:id",
    "/shop/smith/orders/8/lines/9, /shop/:customer/orders/:id/lines/*",
  })
  void theLastRouteCounts(String path, String route) throws IOException {
    assertThat(get(path)).isEqualTo(200);
    assertThat(mesh.only().route()).isEqualTo(route);
  }

  /** A client must not make routes. */
  @Test
  void aRegularExpressionIsNoRoute() throws IOException {
    assertThat(get("/numbers/7")).isEqualTo(200);
    assertThat(mesh.only().route()).isEmpty();
  }

  @Test
  void whatNoRouteServesHasThatOfThePathsAboveIt() throws IOException {
    assertThat(get("/shop/nothing")).isEqualTo(404);
    assertThat(mesh.only().route()).isEqualTo("/shop/*");
  }

  @Test
  void whatAHandlerThrowsIsTheErrorOfItsRequest() throws IOException {
    assertThat(get("/failing/7")).isEqualTo(500);
    SeenRequest seen = mesh.only();
    assertThat(seen.route()).isEqualTo("/failing/:id");
    assertThat(seen.ends().get(0).status()).isEqualTo(500);
    assertThat(seen.ends().get(0).error().orElseThrow()).hasMessage("the application's own error");
  }

  @Test
  void whatTheApplicationMakesAnAnswerOfIsNone() throws IOException {
    assertThat(get("/failed/7")).isEqualTo(409);
    assertThat(mesh.only().ends().get(0).error()).isEmpty();
  }

  @Test
  void eachStepOfAHandlersChainWorksForItsRequest() throws IOException {
    List<RawConnection> wires = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      RawConnection wire =
          i % 2 == 0
              ? RawConnection.plain(server.port())
              : RawConnection.tls(server.port(), client);
      wires.add(wire);
      wire.send("GET", "/context?" + i, new byte[0]);
    }
    for (int i = 0; i < REQUESTS; i++) {
      try (RawConnection wire = wires.get(i)) {
        assertThat(wire.response().text())
            .isEqualTo(
                "handler %1$s, timer %1$s, blocking %1$s, unordered %1$s, composed %1$s,"
                    + " context %1$s, from elsewhere %1$s",
                i);
      }
    }
    mesh.ended(REQUESTS);
  }

  @Test
  void aWebSocketCarriesMessagesBothWays() throws IOException {
    List<RawConnection> wires = both();
    for (RawConnection wire : wires) {
      try (wire) {
        wire.send(
            "GET",
            "/upgrade",
            new byte[0],
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
          head.append((char) wire.exactly(1)[0]);
        }
        assertThat(head.toString()).startsWith("HTTP/1.1 101");
        // A text of two letters, masked with zeros (RFC 6455 section 5.2), and as it comes back.
        wire.send(new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'});
        assertThat(wire.exactly(4)).containsExactly((byte) 0x81, 2, 'h', 'i');
      }
    }
    assertThat(mesh.ended(wires.size()))
        .allSatisfy(r -> assertThat(r.ends().get(0).status()).isEqualTo(101));
  }

  @Test
  void whileTheMeshIsSwitchedOffNobodyIsTold() throws IOException {
    mesh.disabled(true);
    assertThat(get("/shop/items/7")).isEqualTo(200);
    assertThat(mesh.seen()).isEmpty();
  }
}
