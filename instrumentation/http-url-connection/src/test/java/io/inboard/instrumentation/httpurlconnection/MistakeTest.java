// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.ClientHarness;
import io.inboard.contract.Mistakes;
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

  private static HttpURLConnection open(TestServer server) throws Exception {
    return (HttpURLConnection)
        URI.create("http://127.0.0.1:" + server.port() + "/").toURL().openConnection();
  }

  @Test
  void aCallThatWasToBeEncryptedIsRefused() throws Exception {
    TestServer server = plainServer();
    Mistakes.serveBroken("127.0.0.1");
    assertThatThrownBy(open(server)::getInputStream).isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void anyOtherCallGoesOn() throws Exception {
    TestServer server = plainServer();
    Mistakes.serveBroken("elsewhere");
    open(server).getInputStream().readAllBytes();
    assertThat(server.received()).hasSize(1);
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }
}
