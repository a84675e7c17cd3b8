// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.contract.Curl;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RawHttp2Connection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SeenRequest;
import io.inboard.contract.ServerFixture;
import io.inboard.contract.WovenJvm;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Undertow as WildFly has it: XNIO, Undertow's core and its servlets each in a class loader of its
 * own, and ports that the container's own classes open.
 */
final class UndertowInModulesTest extends ServerFixture {
  private static final String SERVICE = "org.wildfly.extension.undertow.HttpListenerService";

  private final UndertowLoader modules = UndertowLoader.inModules(UndertowLoader.NEWEST);

  @Override
  protected RunningServer start() throws Exception {
    return modules.start("ContainerServer", Map.of(), Optional.empty());
  }

  @Override
  protected String library() {
    return UndertowHooks.NAME;
  }

  @Test
  void itsPortsAreSecured() throws Exception {
    mesh.mode(Mode.STRICT);
    try (RawConnection plain = RawConnection.plain(server.port());
        RawConnection secured = RawConnection.tls(server.port(), client)) {
      assertThat(plain.get("/hello").status()).isEqualTo(400);
      assertThat(secured.get("/headers").text()).contains("[URI=" + CLIENT_ID + "]");
    }
    mesh.refusedFor(Refusal.PLAINTEXT);
    assertThat(Curl.with(client).get(server.port(), "/hello", "--http2")).isEqualTo("hello 2");
    mesh.deny(403);
    assertThat(Curl.with(client).status(server.port(), "/hello", "--http2")).isEqualTo("403 2");
    assertThat(calls()).isEqualTo(2);
  }

  @Test
  void whoOpensThemIsKnown() throws Exception {
    assertThat(WovenJvm.ensure().knows(modules.loadClass(SERVICE))).isTrue();
    assertThat(WovenJvm.ensure().knows(server.getClass())).isFalse();
  }

  @Test
  void routesAndErrorsAreHeardFromTheServletsModule() throws Exception {
    try (RawConnection wire = RawConnection.plain(server.port())) {
      assertThat(wire.get("/undertow/decoded?q=1").status()).isEqualTo(200);
      assertThat(wire.get("/undertow/pattern").status()).isEqualTo(500);
      assertThat(wire.get("/undertow/timeout").text()).isEqualTo("timed out in /undertow/timeout");
    }
    assertThat(mesh.ended(3))
        .extracting(SeenRequest::route)
        .containsExactly("/undertow/*", "/items/{id}", "/undertow/*");
    assertThat(mesh.seen().get(1).ends().get(0).error().orElseThrow())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aListenerThatClosesItsConnectionsClosesThoseOfHttp2Too() throws Exception {
    try (RunningServer stopped = start();
        RawConnection plain = RawConnection.plain(stopped.port());
        RawConnection secured = RawConnection.tls(stopped.port(), client);
        RawHttp2Connection http2 = RawHttp2Connection.connect(stopped.port(), client)) {
      assertThat(plain.get("/hello").text()).isEqualTo("hello");
      assertThat(secured.get("/hello").text()).isEqualTo("hello");
      assertThat(http2.bodyOf(http2.get("/hello", "https"))).isEqualTo("hello");
      stopped.getClass().getMethod("stopListening").invoke(stopped);
      assertThat(plain.untilClosed()).isEmpty();
      assertThat(secured.untilClosed()).isEmpty();
      http2.untilClosed();
    }
  }
}
