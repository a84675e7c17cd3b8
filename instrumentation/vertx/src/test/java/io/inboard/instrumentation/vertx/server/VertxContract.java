// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Verdict;
import io.inboard.contract.Curl;
import io.inboard.contract.NettyServerContract;
import io.inboard.contract.NettyVersion;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RunningServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract for one version of Vert.x and vertx-web, with the Netty that it asks for. */
abstract class VertxContract extends NettyServerContract {
  VertxContract(String version) {
    super(vertx(version), Map.of("http2", ""));
  }

  @Test
  void anUpgradeToHttp2InPlaintextIsARequestThatIsJudged() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send("GET", "/hello", new byte[0], UPGRADE_TO_HTTP_2);
      assertThat(new String(wire.exactly(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 101");
    }
    assertThat(mesh.only().path()).isEqualTo("/hello");
    mesh.deny(403);
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/hello", UPGRADE_TO_HTTP_2).status()).isEqualTo(403);
    }
    assertThat(calls()).isEqualTo(1);
  }

  @Test
  void rulesAreNoReasonToCloseAConnectionThatHasSaidNothingYet() throws Exception {
    mesh.failsClosed(true);
    for (RawConnection wire : both()) {
      try (wire) {
        assertThat(wire.get("/hello").text()).isEqualTo("hello");
      }
    }
    assertThat(Curl.with(client).get(server.port(), "/hello", "--http2")).isEqualTo("hello 2");
  }

  /** Vert.x looks for a host in the whole target (HttpUtils#parsePath), the query included. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "x?://pub/admin/x",
        "pub?a=b://c/admin/x",
        "http://localhost?/admin/x",
        "http://localhost?a=b/admin/x?c",
        "://?/admin/x"
      })
  void aPathThatIsHiddenInTheQueryIsJudged(String target) throws Exception {
    try (RunningServer handlers = startHandlers(Router.SERVER)) {
      assertThat(ask(handlers, target)).isEqualTo("/admin");
      mesh.verdicts(
          request ->
              request.paths().contains("/admin/x")
                  ? new Verdict.Deny(403, "a test says so")
                  : Verdict.ALLOW);
      assertThat(ask(handlers, target)).isEmpty();
    }
  }

  private static String ask(RunningServer handlers, String target) throws IOException {
    try (RawConnection wire = RawConnection.plain(handlers.port())) {
      wire.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return wire.response().text();
    }
  }

  static NettyVersion vertx(String version) {
    return new NettyVersion(
        "vertx", version, "io.inboard.instrumentation.vertx.server.app.VertxServer");
  }
}
