// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Feature;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.Shows;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import okhttp3.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An application that says http and means HTTP/2 by prior knowledge, and a server that speaks h2
 * over our TLS.
 */
@Shows(Feature.HTTP2)
final class Http2OverMutualTlsTest extends ClientHarness {
  private final Application application = Application.ofHttp2();

  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  private static TestEndpoint endpoint(Http2Server server) {
    return TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
  }

  private Http2Server http2(Integer... statuses) throws Exception {
    return closing(new Http2Server(SERVER, statuses));
  }

  @Test
  void priorKnowledgeIsNegotiatedOverTls() throws Exception {
    Http2Server server = http2();
    mesh.script(Script.to(endpoint(server)));
    try (okhttp3.Response response = application.call(Request.get(URL + "/")).execute()) {
      assertThat(response.protocol()).isEqualTo(Protocol.H2_PRIOR_KNOWLEDGE);
      assertThat(response.handshake()).isNull();
    }
    assertThat(server.arrived)
        .singleElement()
        .satisfies(
            a -> {
              assertThat(a.protocol()).isEqualTo("HTTP/2.0");
              assertThat(a.host()).isEqualTo(HOST + ":8080");
            });
    assertThat(mesh.call().attempts().get(0).versions()).containsExactly("2");
  }

  /** As without the mesh: the library speaks HTTP/2 to a URL of https, or by prior knowledge. */
  @Test
  void aPlaintextUrlStaysHttp11AlsoWhereTheServerCanHttp2() throws Exception {
    Http2Server server = http2();
    mesh.script(Script.to(endpoint(server)));
    try (okhttp3.Response response = new Application().call(Request.get(URL + "/")).execute()) {
      assertThat(response.protocol()).isEqualTo(Protocol.HTTP_1_1);
    }
    assertThat(server.arrived)
        .singleElement()
        .satisfies(a -> assertThat(a.protocol()).isEqualTo("HTTP/1.1"));
  }

  @Test
  void callsAtOnceShareTheConnectionOfTheirEndpointOnly() throws Exception {
    Http2Server first = http2();
    Http2Server second = http2();
    TestEndpoint one = endpoint(first);
    TestEndpoint two = endpoint(second);
    mesh.script(Script.to(one));
    send(Request.get(URL + "/"));
    List<Running> running = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      running.add(application.enqueue(Request.put(URL + "/", "body " + i)));
    }
    for (Running each : running) {
      each.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    mesh.script(Script.to(two));
    send(Request.get(URL + "/"));
    assertThat(first.arrived).hasSize(6);
    assertThat(first.connections()).isEqualTo(1);
    assertThat(second.arrived).hasSize(1);
  }

  @Test
  void aNewGenerationOfCertificatesGetsANewConnection() throws Exception {
    Http2Server server = http2();
    mesh.script(Script.to(endpoint(server)));
    send(Request.get(URL + "/"));
    mesh.script(Script.to(endpoint(server)));
    send(Request.get(URL + "/"));
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void a503IsRepeatedOnAnotherEndpointWithItsBodyBeItOfHttp11() throws Exception {
    Http2Server first = http2(503);
    TestServer second = securedServer();
    mesh.script(Script.to(endpoint(first), secured(second)));
    String body = "0123456789abcdef".repeat(8192);
    assertThat(send(Request.put(URL + "/", body)).status()).isEqualTo(200);
    assertThat(first.arrived).extracting(Http2Server.Arrived::body).containsExactly(body);
    assertThat(second.received()).singleElement().matches(r -> r.text().equals(body));
  }

  /** The server ends the stream, or the connection, without an answer; others would as well. */
  @ParameterizedTest
  @ValueSource(ints = {10_000, 20_000})
  void aHeadThatIsTooLargeForAServerIsNotTriedElsewhere(int size) throws Exception {
    Http2Server first = http2();
    TestServer second = securedServer();
    mesh.script(Script.to(endpoint(first), secured(second)));
    Request large = Request.get(URL + "/").header("x-large", "x".repeat(size));
    assertThat(failure(large)).isInstanceOf(IOException.class);
    assertThat(second.connections()).isZero();
    assertThat(mesh.call().wasAbandoned()).isTrue();
    assertThat(mesh.call().failures()).isEmpty();
  }

  @Test
  void aServerWithAnotherIdentityIsRefusedAlsoWhenASessionIsResumed() throws Exception {
    Http2Server server = http2();
    mesh.script(Script.to(endpoint(server)));
    send(Request.get(URL + "/"));
    mesh.script(
        Script.to(
            TestEndpoint.secured(
                HOST, server.address(), CLIENT, "spiffe://cluster.local/ns/shop/sa/other")));
    assertThatThrownBy(() -> send(Request.get(URL + "/"))).isInstanceOf(SSLException.class);
    assertThat(mesh.calls().get(1).progress()).containsExactly(Progress.NOT_CONNECTED);
    assertThat(server.arrived).hasSize(1);
  }

  @Test
  void anAttemptThatHangsIsStoppedAndTriedElsewhere() throws Exception {
    Http2Server server = http2(200, Http2Server.HANG);
    TestServer other = securedServer();
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint));
    send(Request.get(URL + "/"));
    mesh.script(Script.to(endpoint, secured(other)).perTry(Duration.ofSeconds(2)));
    assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    assertThat(mesh.calls().get(1).progress()).containsExactly(Progress.SENT);
    assertThat(other.received()).hasSize(1);
  }
}
