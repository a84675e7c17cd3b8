// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.contract.Eventually.eventually;
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
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only this library does: its pool, its own retries, its redirects, its interceptors. */
final class ClassicTest extends ClientHarness {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(application);
  }

  private static Response send(HttpClientBuilder builder, Request request) throws IOException {
    try (CloseableHttpClient client = builder.build();
        ClassicHttpResponse response = client.execute(Application.request(request))) {
      return Application.response(response);
    }
  }

  private static String url(TestServer server) {
    return "http://127.0.0.1:" + server.port() + "/";
  }

  // What the library repeats by itself.

  @Test
  void a503IsRepeatedByTheLibraryOutsideOfTheMeshAndByTheMeshAloneInside() throws Exception {
    TestServer outside = plainServer().answering(Answer.status(503));
    mesh.script(Script.passThrough());
    assertThat(send(Request.get(url(outside))).status()).isEqualTo(200);
    assertThat(mesh.calls()).extracting(c -> c.request().resent()).containsExactly(false, true);
    TestServer inside = plainServer().answering(Answer.status(503), Answer.status(503));
    TestEndpoint endpoint = plain(inside);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(503);
    assertThat(inside.received()).hasSize(2);
  }

  @Test
  void aBrokenConnectionIsRepeatedByTheLibraryOutsideOfTheMeshAndByTheMeshAloneInside()
      throws Exception {
    TestServer outside = plainServer().answering(Answer.CLOSE);
    mesh.script(Script.passThrough());
    assertThat(send(Request.get(url(outside))).status()).isEqualTo(200);
    assertThat(mesh.calls()).extracting(c -> c.request().resent()).containsExactly(false, true);
    TestServer inside = plainServer().answering(Answer.CLOSE, Answer.CLOSE);
    mesh.script(Script.to(plain(inside)));
    assertThat(failure(Request.get(URL + "/"))).isInstanceOf(IOException.class);
    assertThat(inside.received()).hasSize(1);
  }

  @Test
  void theLibrarysOwnRetriesCanBeSwitchedOffForHostsOutsideTheMesh() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    mesh.script(Script.passThrough().withoutLibraryRetries());
    assertThat(send(Request.get(url(server))).status()).isEqualTo(503);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void theMeshLearnsWhatTheLibraryWouldRepeat() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    send(Request.get(URL + "/"));
    send(Request.post(URL + "/", "body"));
    send(Request.put(URL + "/", "body"));
    send(Request.put(URL + "/", "body").streamed());
    send(HttpClients.custom().disableAutomaticRetries(), Request.get(URL + "/"));
    assertThat(mesh.calls())
        .extracting(c -> c.request().repeatedByLibrary())
        .containsExactly(true, false, true, false, false);
  }

  // Redirects, proxies, TLS of the application's own.

  @Test
  void eachHopOfARedirectIsACallWithAnEndpointOfItsOwn() throws Exception {
    TestServer second = plainServer();
    TestServer first = securedServer().answering(Answer.redirect(302, URL + "/there"));
    TestEndpoint here = secured(first);
    TestEndpoint there = plain(second);
    mesh.script(Script.to(here));
    HttpClientBuilder client =
        HttpClients.custom()
            .addResponseInterceptorFirst(
                (response, entity, context) -> mesh.script(Script.to(there)));
    assertThat(send(client, Request.get(URL + "/here")).status()).isEqualTo(200);
    assertThat(first.received()).hasSize(1);
    assertThat(second.received()).singleElement().matches(r -> r.target().equals("/there"));
    assertThat(mesh.calls())
        .extracting(ScriptedCall::statuses)
        .containsExactly(List.of(302), List.of(200));
    assertThat(mesh.calls()).noneMatch(c -> c.request().resent());
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
    mesh.script(Script.to(secured(securedServer())));
    HttpClientBuilder client =
        HttpClients.custom()
            .disableAutomaticRetries()
            .setProxy(new HttpHost("127.0.0.1", proxy.port()));
    try {
      assertThat(send(client, Request.get("https://far.invalid/")).status()).isEqualTo(500);
    } catch (IOException e) {
      // Older versions say it so.
    }
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

  // What the application sees.

  @Test
  void theApplicationSeesNoSessionAndNoHeaderThatItDidNotAskFor() throws Exception {
    mesh.script(Script.to(secured(securedServer())));
    HttpClientContext context = HttpClientContext.create();
    try (ClassicHttpResponse response =
        application.client.execute(new HttpGet(URL + "/"), context)) {
      EntityUtils.consume(response.getEntity());
    }
    assertThat(context.getSSLSession()).isNull();
    assertThat((Object) context.getUserToken()).isNull();
    assertThat(context.getHttpRoute().getTargetHost()).hasToString(URL);
    assertThat(context.getRequest().containsHeader("traceparent")).isFalse();
  }

  @Test
  void theFailureOfAConnectionNamesTheHostThatTheApplicationKnows() throws Exception {
    mesh.script(Script.to(TestEndpoint.plain(HOST, refusing())));
    assertThat(failure(Request.get(URL + "/"))).hasMessageContaining(HOST + ":");
    assertThat(mesh.call().failures()).hasSize(1);
  }

  @Test
  void aBodyThatTheApplicationReadsIsShownToTheMesh() throws Exception {
    TestServer server = plainServer().answering(Answer.status(200, "a body"));
    mesh.script(Script.to(plain(server)).wantingBodies(6));
    send(Request.get(URL + "/"));
    eventually(() -> mesh.call().doneCount() == 1, () -> "the end of the call");
    assertThat(mesh.call().bodies()).containsExactly("a body");
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "stream", "abort"})
  void aResponseThatTheApplicationDoesNotReadEndsItsCall(String how) throws Exception {
    TestServer server = plainServer().answering(Answer.HANG_IN_BODY);
    mesh.script(Script.to(plain(server)));
    HttpGet get = new HttpGet(URL + "/");
    ClassicHttpResponse response = application.client.execute(get);
    assertThat(mesh.call().doneCount()).isZero();
    switch (how) {
      case "abort" -> get.abort();
      default -> {
        // Which reads the rest, in some versions, until the call's time is up.
        CompletableFuture<Void> closing =
            CompletableFuture.runAsync(
                () -> {
                  try {
                    if (how.equals("close")) {
                      response.close();
                    } else {
                      response.getEntity().getContent().close();
                    }
                  } catch (IOException e) {
                    // That is what the library says.
                  }
                });
        mesh.call().attempts().get(0).expireCall();
        assertThat(closing).succeedsWithin(PATIENCE);
      }
    }
    eventually(() -> mesh.call().doneCount() == 1, () -> "the end of the call");
    assertThat(mesh.call().wasAbandoned()).isEqualTo(how.equals("abort"));
    eventually(() -> server.left() == 1, () -> "the end of the connection");
  }
}
