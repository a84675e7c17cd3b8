// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Calls through an HTTP proxy that the application has chosen: traced and otherwise left alone, and
 * refused where the proxy would see what mutual TLS is asked for.
 */
public abstract class ProxiedClientContract extends MeshHarness {
  /**
   * Makes a request through a proxy, as an application does that trusts every https server whose
   * certificate {@code CLIENT.context()} takes, and proves that identity there.
   *
   * @param tunnelled whether the proxy is asked by CONNECT for a tunnel to an http server, too
   */
  protected abstract Response send(Request request, InetSocketAddress proxy, boolean tunnelled)
      throws Exception;

  @Override
  protected final Response send(Request request) {
    throw new UnsupportedOperationException("all that is sent here goes through a proxy");
  }

  private TunnelProxy proxyTo(TestServer server) throws Exception {
    return closing(new TunnelProxy(server.address()));
  }

  private void isTraced(String url, TestServer server, TunnelProxy proxy) throws Exception {
    assertThat(send(Request.get(url + "/a"), proxy.address(), true).status()).isEqualTo(200);
    assertThat(server.received())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.header("traceparent")).isPresent();
              assertThat(r.header("host")).contains(url.substring(url.indexOf("//") + 2));
              assertThat(r.target()).isEqualTo("/a");
            });
    assertThat(proxy.heads())
        .as("what the proxy was asked for")
        .singleElement()
        .asString()
        .startsWith("CONNECT " + HOST)
        .doesNotContain("traceparent");
  }

  @Test
  void aCallThatTheProxyPassesOnIsTraced() throws Exception {
    TestServer proxy = plainServer();
    mesh("", destination("", refusing()));
    assertThat(send(Request.get(URL + "/a?b=c"), proxy.address(), false).status()).isEqualTo(200);
    assertThat(proxy.received())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.target()).isEqualTo(URL + "/a?b=c");
              assertThat(r.header("traceparent")).isPresent();
            });
  }

  @Test
  void aCallThroughATunnelIsTracedAndTheProxyIsToldNothing() throws Exception {
    TestServer server = plainServer();
    mesh("", destination("", refusing()));
    isTraced(URL, server, proxyTo(server));
  }

  @Test
  void theApplicationsOwnTlsThroughATunnelIsTraced() throws Exception {
    TestServer server = securedServer();
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination("tls: {mode: MUTUAL}", refusing()));
    isTraced("https://" + HOST + ":8443", server, proxyTo(server));
    assertThat(server.received().get(0).peer()).isEqualTo(Optional.of(CLIENT_ID));
  }

  @Test
  void whatIsToBeEncryptedIsShownToNoProxy() throws Exception {
    TestServer proxy = plainServer();
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination("tls: {mode: MUTUAL}", refusing()));
    for (boolean tunnelled : new boolean[] {false, true}) {
      assertThatThrownBy(() -> send(Request.get(URL + "/"), proxy.address(), tunnelled))
          .as("tunnelled: %s", tunnelled)
          .hasMessageContaining(HOST)
          .hasMessageContaining("proxy");
    }
    assertThat(proxy.received()).isEmpty();
  }
}
