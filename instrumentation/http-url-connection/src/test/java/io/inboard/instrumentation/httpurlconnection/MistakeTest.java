// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.OutboundRequest;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.TestServer;
import io.inboard.contract.WovenJvm;
import java.net.HttpURLConnection;
import java.net.URI;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
final class MistakeTest extends ClientHarness {
  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return HttpUrlConnectionTest.exchange(HttpUrlConnectionTest.open(request), request);
  }

  /** A core that fails, and encrypts what goes to one host. */
  private static void serve(String encrypted) {
    Outbound broken =
        new Outbound() {
          @Override
          public Call begin(OutboundRequest request) {
            throw new IllegalStateException("on purpose");
          }

          @Override
          public boolean mustEncrypt(String host, int port) {
            return host.equals(encrypted);
          }
        };
    Inboard.serve(new Inboard.Core(broken, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
  }

  private static HttpURLConnection open(TestServer server) throws Exception {
    return (HttpURLConnection)
        URI.create("http://127.0.0.1:" + server.port() + "/").toURL().openConnection();
  }

  @Test
  void aCallThatWasToBeEncryptedIsRefused() throws Exception {
    TestServer server = plainServer();
    serve("127.0.0.1");
    assertThatThrownBy(open(server)::getInputStream).isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void anyOtherCallGoesOn() throws Exception {
    TestServer server = plainServer();
    serve("elsewhere");
    open(server).getInputStream().readAllBytes();
    assertThat(server.received()).hasSize(1);
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }
}
