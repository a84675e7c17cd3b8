// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.http.HttpHost;
import org.apache.http.HttpResponseInterceptor;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.client.HttpClients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where a call goes: redirects, proxies, TLS of the application's own. */
final class DirectionTest extends ClientHarness {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(application);
  }

  private static Response send(HttpClientBuilder builder, Request request) throws Exception {
    try (CloseableHttpClient client = builder.build();
        CloseableHttpResponse response = client.execute(Application.request(request))) {
      return Application.response(response);
    }
  }

  @Test
  void eachHopOfARedirectIsACallWithAnEndpointOfItsOwn() throws Exception {
    TestServer second = plainServer();
    TestServer first = securedServer().answering(Answer.redirect(302, "http://far.invalid/there"));
    TestEndpoint here = secured(first);
    TestEndpoint there = TestEndpoint.plain("far.invalid", second.address());
    mesh.script(Script.to(here));
    HttpClientBuilder client =
        HttpClients.custom()
            .addInterceptorFirst(
                (HttpResponseInterceptor) (response, context) -> mesh.script(Script.to(there)));
    assertThat(send(client, Request.get(URL + "/here")).status()).isEqualTo(200);
    assertThat(first.received()).hasSize(1);
    assertThat(second.received())
        .singleElement()
        .matches(
            r ->
                r.target().equals("/there")
                    && r.header("host").equals(Optional.of("far.invalid"))
                    && r.peer().isEmpty());
    assertThat(mesh.calls())
        .extracting(ScriptedCall::statuses)
        .containsExactly(List.of(302), List.of(200));
    assertThat(mesh.calls())
        .extracting(c -> c.request().host() + ":" + c.request().port())
        .containsExactly(HOST + ":8080", "far.invalid:80");
    assertThat(mesh.calls()).noneMatch(c -> c.request().resent());
  }

  @Test
  void aRedirectToHttpsIsTheApplicationsOwnTls() throws Exception {
    TestServer away = securedServer();
    String there = "https://127.0.0.1:" + away.port() + "/";
    mesh.script(Script.to(secured(securedServer().answering(Answer.redirect(302, there)))));
    assertThatThrownBy(() -> send(Request.get(URL + "/"))).isInstanceOf(SSLException.class);
    assertThat(mesh.calls()).extracting(c -> c.request().scheme()).startsWith("http", "https");
    assertThat(away.received()).isEmpty();
  }

  @Test
  void anAnswerAfterAFailureMayRedirect() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(
        Script.to(plain(server))
            .thenAnswering(302, Map.of("location", URL + "/there"), "elsewhere"));
    assertThat(send(Request.get(URL + "/here")).status()).isEqualTo(200);
    assertThat(server.received())
        .satisfiesExactly(
            r -> assertThat(r.target()).isEqualTo("/here"),
            r -> assertThat(r.target()).isEqualTo("/there"));
  }

  @Test
  void aProxyIsLeftAlone() throws Exception {
    TestServer proxy = plainServer();
    mesh.script(Script.to(secured(securedServer())));
    HttpClientBuilder client =
        HttpClients.custom().setProxy(new HttpHost("127.0.0.1", proxy.port()));
    send(client, Request.get(URL + "/a?b=c"));
    assertThat(proxy.received().get(0).target()).isEqualTo(URL + "/a?b=c");
    assertThat(proxy.received().get(0).all("traceparent")).hasSize(1);
    assertThat(mesh.call().request().proxied()).isTrue();
    assertThat(mesh.call().request().target()).isEqualTo("/a?b=c");
    assertThat(mesh.call().request().host()).isEqualTo(HOST);
  }

  @Test
  void theRequestForATunnelGetsNoHeaderOfACall() throws Exception {
    TestServer proxy = plainServer().answering(Answer.status(500));
    mesh.script(Script.passThrough());
    HttpClientBuilder client =
        HttpClients.custom().setProxy(new HttpHost("127.0.0.1", proxy.port()));
    assertThat(send(client, Request.get("https://far.invalid/")).status()).isEqualTo(500);
    assertThat(proxy.received())
        .singleElement()
        .matches(r -> r.method().equals("CONNECT") && r.all("traceparent").isEmpty());
  }

  @Test
  void theApplicationsOwnTlsIsLeftAlone() throws Exception {
    TestServer server = securedServer();
    mesh.script(Script.to(secured(securedServer())));
    assertThatThrownBy(() -> send(Request.get("https://127.0.0.1:" + server.port() + "/")))
        .isInstanceOf(SSLException.class);
    assertThat(mesh.calls()).allMatch(c -> c.request().scheme().equals("https"));
    assertThat(server.received()).isEmpty();
  }
}
