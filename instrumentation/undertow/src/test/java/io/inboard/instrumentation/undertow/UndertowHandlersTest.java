// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundTls;
import io.inboard.call.Refusal;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RawConnection;
import io.inboard.contract.RawHttp2Connection;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServerContract;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** The contract for handlers of Undertow's own, without servlets: they know no routes. */
final class UndertowHandlersTest extends ServerContract {
  /** Frames of RFC 9113: length, type, flags, stream. */
  private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  /** {@code :method GET, :scheme http, :path /, :authority a}. */
  private static final byte[] GET = {
    0, 0, 6, 1, 5, 0, 0, 0, 1, (byte) 0x82, (byte) 0x86, (byte) 0x84, 0x01, 0x01, 'a'
  };

  private final UndertowLoader undertow = new UndertowLoader(UndertowLoader.NEWEST);

  @Override
  protected RunningServer start() throws Exception {
    return undertow.start(Map.of("handlers", "plain"));
  }

  @Override
  protected RunningServer startWith(Executor threads) throws Exception {
    return undertow.start(Map.of("handlers", "plain"), Optional.of(threads));
  }

  @Override
  protected RunningServer startHandlers(Router router) throws Exception {
    return undertow.start(Map.of("handlers", "plain", "router", router.name()));
  }

  @Override
  protected String library() {
    return UndertowHooks.NAME;
  }

  @Override
  protected boolean http2() {
    return true;
  }

  @Override
  protected boolean routes() {
    return false;
  }

  /**
   * HTTP/2 by prior knowledge: no handshake with such a listener is ever answered, so the peer is
   * not to be asked for one.
   */
  @Test
  void whatAListenerOfHttp2AcceptsByItselfIsRefusedInStrictForWhatItIs() throws Exception {
    mesh.mode(InboundTls.Mode.STRICT);
    try (RunningServer http2 = undertow.start("Http2Server", Map.of(), Optional.empty());
        Socket wire = new Socket(InetAddress.getLoopbackAddress(), http2.port())) {
      wire.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
      wire.getOutputStream().write(SETTINGS);
      wire.getOutputStream().write(GET);
      wire.getOutputStream().flush();
      mesh.refusedFor(Refusal.UNSECURED_LISTENER);
    }
    assertThat(mesh.seen()).isEmpty();
  }

  @Test
  void aForgedIdentityBehindTheBodyIsRemovedForHandlersToo() throws Exception {
    mesh.guards(true);
    for (boolean off : new boolean[] {false, true}) {
      mesh.disabled(off);
      for (RawConnection wire : both()) {
        try (wire) {
          wire.send(
              "POST /trailers HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + "3\r\nabc\r\n0\r\nX-Forwarded-Client-Cert: URI=spiffe://forged\r\n"
                  + "x_forwarded_client_cert: URI=spiffe://forged\r\nX-Mine: kept\r\n\r\n");
          assertThat(wire.response().text()).isEqualTo("{X-Mine=kept}");
        }
      }
      try (RawHttp2Connection wire = RawHttp2Connection.connect(server.port(), client)) {
        int stream =
            wire.postWithTrailers(
                "/trailers",
                "https",
                Map.of("x-forwarded-client-cert", "URI=spiffe://forged", "x-mine", "kept"));
        assertThat(wire.bodyOf(stream)).isEqualTo("{x-mine=kept}");
      }
    }
  }

  /** Undertow puts trailers of HTTP/2 over the headers. */
  @Test
  void whatWasJudgedIsNotReplacedByWhatComesBehindTheBody() throws Exception {
    mesh.guards(true);
    for (boolean off : new boolean[] {false, true}) {
      mesh.disabled(off);
      try (RawHttp2Connection wire = RawHttp2Connection.connect(server.port(), client)) {
        int stream =
            wire.postWithTrailers(
                "/behind",
                "https",
                Map.of(
                    "x-forwarded-client-cert",
                    "URI=spiffe://forged",
                    "x_forwarded_client_cert",
                    "URI=spiffe://forged",
                    "host",
                    "shop/admin?"));
        assertThat(wire.bodyOf(stream))
            .isEqualTo(
                off
                    ? "{Host=localhost}"
                    : "{Host=localhost, x-forwarded-client-cert=URI=" + CLIENT_ID + "}");
      }
    }
  }
}
