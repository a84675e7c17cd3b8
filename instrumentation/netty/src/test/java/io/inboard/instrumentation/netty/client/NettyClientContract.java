// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.contract.Answer;
import io.inboard.contract.Feature;
import io.inboard.contract.FrameServer;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedCall;
import io.inboard.contract.ServedRequest;
import io.inboard.contract.Shows;
import io.inboard.contract.TestServer;
import io.inboard.contract.VersionLoader;
import io.inboard.mesh.Mesh;
import java.io.File;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that an application builds of one version of Netty, under the whole mesh. */
abstract class NettyClientContract extends MeshHarness {
  private static final String APPLICATION = "io.inboard.instrumentation.netty.client.app.";

  /** A class loader for each version. */
  private static final Map<String, Version> VERSIONS = new ConcurrentHashMap<>();

  private final Version netty;
  private final Map<String, String> properties;
  private final List<AutoCloseable> clients = new ArrayList<>();

  /** One that sends each request over a connection of its own. */
  private Function<Request, CompletableFuture<Response>> client;

  NettyClientContract(String version, Map<String, String> properties) {
    this.netty = VERSIONS.computeIfAbsent(version, Version::new);
    this.properties = properties;
  }

  private static final class Version extends VersionLoader {
    Version(String version) {
      super(new File("target/netty/" + version), false, APPLICATION);
    }

    Object client(Map<String, String> properties) throws Exception {
      return make(Object.class, APPLICATION + "NettyClient", List.of(Map.class), properties);
    }
  }

  @SuppressWarnings("unchecked")
  private Function<Request, CompletableFuture<Response>> client(Map<String, String> more)
      throws Exception {
    Map<String, String> all = new HashMap<>(properties);
    all.putAll(more);
    Object made = netty.client(all);
    clients.add((AutoCloseable) made);
    return (Function<Request, CompletableFuture<Response>>) made;
  }

  @AfterEach
  void closeClients() throws Exception {
    for (AutoCloseable each : clients) {
      each.close();
    }
  }

  @Override
  protected String libraryName() {
    return NettyClientHooks.NAME;
  }

  @Override
  protected ClassLoader libraryLoader() {
    return netty;
  }

  @Override
  protected Running start(Request request) {
    try {
      if (client == null) {
        client = client(Map.of());
      }
      return new Running(client.apply(request), () -> {});
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Response send(Request request) throws Exception {
    return get(start(request).response());
  }

  private static Response get(CompletableFuture<Response> response) throws Exception {
    return response.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static String mutual(String account) {
    return "tls: {mode: MUTUAL, principals: [" + principal(account) + "]}";
  }

  @Test
  @Shows(Feature.TRACING)
  void aRequestToAHostOutsideTheMeshCarriesItsTrace() throws Exception {
    TestServer server = plainServer();
    String url = "http://127.0.0.1:" + server.port();
    mesh.script(Script.untouchedCall());
    assertThat(send(Request.get(url + "/left-alone")).status()).isEqualTo(200);
    assertThat(server.received().get(0).header("traceparent")).isEmpty();
    mesh("", "");
    assertThat(send(Request.put(url + "/traced?a=b", "body")).text()).isEqualTo("answer 200");
    assertThat(server.received().get(1).header("traceparent")).isPresent();
    assertThat(server.received().get(1).target()).isEqualTo("/traced?a=b");
    assertThat(server.received().get(1).text()).isEqualTo("body");
    String own = "00-11111111111111111111111111111111-2222222222222222-01";
    send(Request.get(url + "/").header("traceparent", own));
    assertThat(server.received().get(2).all("traceparent")).containsExactly(own);
  }

  @Test
  void aRequestThatIsWrittenOutsideOfTheEventLoopBelongsToWhatItsThreadServes() throws Exception {
    TestServer server = plainServer();
    mesh("", "");
    String caller = "00-11111111111111111111111111111111-2222222222222222-01";
    Context served = Inboard.inbound().begin(new ServedRequest("traceparent", caller)).context();
    try (Contexts.Scope scope = Inboard.contexts().activate(served)) {
      send(Request.get("http://127.0.0.1:" + server.port() + "/"));
    }
    assertThat(server.received().get(0).header("traceparent"))
        .hasValueSatisfying(
            sent -> assertThat(sent).startsWith("00-11111111111111111111111111111111-"));
  }

  @Test
  void theCoreIsToldOfEachRequestAndItsAnswer() throws Exception {
    TestServer server = plainServer().answering(Answer.OK, Answer.status(503));
    mesh.script(Script.passThrough());
    String url = "http://127.0.0.1:" + server.port();
    var keeping = client(Map.of("keep", ""));
    assertThat(get(keeping.apply(Request.get(url + "/one"))).status()).isEqualTo(200);
    assertThat(get(keeping.apply(Request.get(url + "/two"))).status()).isEqualTo(503);
    assertThat(server.connections()).isEqualTo(1);
    List<ScriptedCall> calls = mesh.calls();
    assertThat(calls)
        .extracting(call -> call.request().method() + ' ' + call.request().target())
        .containsExactly("CONNECT /", "GET /one", "GET /two");
    assertThat(calls.get(1).statuses()).containsExactly(200);
    assertThat(calls.get(2).statuses()).containsExactly(503);
    assertThat(calls.get(2).attempts().get(0).versions()).containsExactly("1.1");
    assertThat(server.received()).allMatch(r -> r.header("traceparent").isPresent());
  }

  @Test
  void anAnswerThatDoesNotComeIsToldToo() throws Exception {
    TestServer server = plainServer().answering(Answer.CLOSE);
    mesh.script(Script.passThrough());
    failure(Request.get("http://127.0.0.1:" + server.port() + "/"));
    eventually(() -> mesh.calls().size() == 2, () -> "the connection and its request");
    eventually(() -> mesh.calls().get(1).doneCount() == 1, () -> "the end of the request");
    assertThat(mesh.calls().get(1).failures()).hasSize(1);
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aConnectionGetsMutualTlsThatNobodyConfigured() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    Mesh mesh = mesh(identity(), destination(mutual("orders"), server.address()));
    var keeping = client(Map.of("keep", ""));
    for (int i = 0; i < 3; i++) {
      Request request = Request.put(URL + "/orders/" + i, "body " + i);
      assertThat(get(keeping.apply(request)).status()).isEqualTo(200);
    }
    assertThat(server.received()).hasSize(3).allMatch(r -> r.peer().equals(Optional.of(CLIENT_ID)));
    assertThat(server.received()).allMatch(r -> r.applicationProtocol().equals("http/1.1"));
    assertThat(server.received()).allMatch(r -> r.serverName().equals(Optional.of(HOST)));
    assertThat(server.received()).allMatch(r -> r.header("traceparent").isPresent());
    assertThat(server.received().get(2).text()).isEqualTo("body 2");
    assertThat(server.received().get(0).header("host")).contains(HOST + ":8080");
    assertThat(server.connections()).isEqualTo(1);
    assertThat(mesh.outbound().status().unmeshed())
        .singleElement()
        .asString()
        .contains("library=netty-client", "where=" + HOST, "each with one endpoint", "count=1");
  }

  @Test
  @Shows(Feature.BALANCING)
  void eachConnectionGoesToAnEndpointOfItsOwn() throws Exception {
    TestServer one = closing(TestServer.secured(ORDERS));
    TestServer two = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(
        identity(),
        destination(
            mutual("orders") + "\n    loadBalancer: {simple: ROUND_ROBIN}",
            one.address(),
            two.address()));
    Set<Integer> statuses = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      statuses.add(send(Request.get(URL + "/")).status());
    }
    assertThat(statuses).containsExactly(200);
    assertThat(one.connections()).isEqualTo(2);
    assertThat(two.connections()).isEqualTo(2);
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aServerWithAnotherIdentityIsRefusedAndSeesNoRequest() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination(mutual("other"), server.address()));
    for (int i = 0; i < 2; i++) { // The second one may resume a session.
      Throwable error = failure(Request.get(URL + "/"));
      assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    }
    assertThat(server.received()).isEmpty();
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void withoutAUsableIdentityNothingIsSentInTheClear() throws Exception {
    TestServer server = plainServer();
    // Files that are not there.
    mesh(identity(), destination("tls: {mode: MUTUAL}", server.address()));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(causedBy(error, SSLException.class)).as("%s", error).isTrue();
    assertThat(server.connections()).isZero();
  }

  @Test
  void anEndpointThatIsGoneFailsTheConnectionAsWithoutUs() throws Exception {
    mesh("", destination("", refusing()));
    Throwable error = failure(Request.get(URL + "/"));
    assertThat(causedBy(error, ConnectException.class)).as("%s", error).isTrue();
  }

  @Test
  @Shows(Feature.MUTUAL_TLS)
  void aRequestThatAnotherNameLeadsToAGuardedEndpointIsRefused() throws Exception {
    TestServer server = plainServer();
    CA.issue(CLIENT_ID).save(directory);
    mesh(
        identity(),
        destination("tls: {mode: MUTUAL}\n    unknownClients: REFUSE", server.address()));
    Throwable error = failure(Request.get("http://localhost:" + server.port() + "/"));
    assertThat(error).hasStackTraceContaining("destination " + HOST);
    error = failure(Request.get("http://127.0.0.1:" + server.port() + "/"));
    assertThat(error).hasStackTraceContaining("destination " + HOST);
    assertThat(server.received()).isEmpty();
  }

  @Test
  void aConnectionFromBeforeMutualTlsWasAskedForIsNotUsedAnyMore() throws Exception {
    TestServer server = plainServer();
    CA.issue(CLIENT_ID).save(directory);
    Mesh mesh = mesh(identity(), destination("tls: {mode: DISABLE}", server.address()));
    var keeping = client(Map.of("keep", ""));
    Request request = Request.get(URL + "/");
    assertThat(get(keeping.apply(request)).status()).isEqualTo(200);
    mesh.apply(settings(identity() + destination(mutual("orders"), server.address())));
    assertThat(keeping.apply(request)).failsWithin(PATIENCE);
    assertThat(server.received()).hasSize(1);
  }

  /** To a proxy all of it would be in the clear. */
  @Test
  @Shows(Feature.MUTUAL_TLS)
  void throughAProxyNothingGoesToAMutualDestination() throws Exception {
    TestServer proxy =
        plainServer().answering(c -> c.write("HTTP/1.1 200 Connection established\r\n\r\n"));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination(mutual("orders"), refusing()));
    var proxied = client(Map.of("proxy", "" + proxy.port()));
    assertThat(proxied.apply(Request.get(URL + "/")))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("proxy");
    // Refused while the proxy is asked for the tunnel, or before.
    assertThat(proxy.received()).extracting(r -> r.method()).isSubsetOf("CONNECT");
  }

  /** One that each request tells where to. */
  @Test
  @Shows(Feature.MUTUAL_TLS)
  void throughAProxyForRequestsNothingGoesToAMutualDestination() throws Exception {
    TestServer proxy = plainServer();
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination(mutual("orders"), refusing()));
    var proxied = client(Map.of("absolute", "" + proxy.port()));
    assertThat(proxied.apply(Request.get(URL + "/")))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("proxy");
    assertThat(proxy.received()).isEmpty();
    assertThat(get(proxied.apply(Request.get("http://elsewhere.invalid:80/a"))).status())
        .isEqualTo(200);
    assertThat(proxy.received().get(0).header("traceparent")).isPresent();
  }

  @Test
  void throughAProxyRequestsGoWhereTheyDidAndCarryTheirTrace() throws Exception {
    TestServer proxy =
        plainServer().answering(c -> c.write("HTTP/1.1 200 Connection established\r\n\r\n"));
    mesh("", "");
    var proxied = client(Map.of("proxy", "" + proxy.port()));
    assertThat(get(proxied.apply(Request.get("http://elsewhere.invalid:80/"))).status())
        .isEqualTo(200);
    assertThat(proxy.received().get(1).header("traceparent")).isPresent();
  }

  /** What the application secures by itself is left alone, but for its trace. */
  @Test
  void itsOwnTlsIsItsOwn() throws Exception {
    TestServer server = closing(TestServer.secured(ORDERS));
    mesh("", "");
    var own = client(Map.of("tls", ""));
    // The server wants a certificate, which the application does not have.
    assertThat(own.apply(Request.get("http://127.0.0.1:" + server.port() + "/")))
        .failsWithin(PATIENCE);
    assertThat(server.received()).isEmpty();
  }

  @Test
  @Shows(Feature.HTTP2)
  void http2IsSecuredAndToldStreamByStream() throws Exception {
    FrameServer server =
        closing(new FrameServer(ORDERS))
            .answering(FrameServer.Reply.OK, FrameServer.Reply.UNAVAILABLE);
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination(mutual("orders"), server.address()));
    var http2 = client(Map.of("http2", "", "keep", ""));
    Request request = Request.get(URL + "/");
    assertThat(get(http2.apply(request)).status()).isEqualTo(200);
    assertThat(get(http2.apply(request)).status()).isEqualTo(503);
    assertThat(server.requests()).isEqualTo(2);
    assertThat(server.connections()).isEqualTo(1);
  }

  /** Within TLS there is no upgrade to it (RFC 9113 section 3.1). */
  @Test
  void http2IsAskedForInTheClearOnly() throws Exception {
    TestServer plain = plainServer();
    TestServer secured = closing(TestServer.secured(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination(mutual("orders"), secured.address()));
    var asking = client(Map.of("upgrade", ""));
    Request clear = Request.get("http://127.0.0.1:" + plain.port() + "/");
    assertThat(get(asking.apply(clear)).status()).isEqualTo(200);
    assertThat(plain.received().get(0).header("upgrade")).contains("h2c");
    assertThat(get(asking.apply(Request.get(URL + "/"))).status()).isEqualTo(200);
    assertThat(secured.received().get(0).peer()).contains(CLIENT_ID);
    for (String name : List.of("upgrade", "http2-settings", "connection")) {
      assertThat(secured.received().get(0).header(name)).as(name).isEmpty();
    }
  }

  @Test
  void http2IsRefusedToAnotherIdentity() throws Exception {
    FrameServer server = closing(new FrameServer(ORDERS));
    CA.issue(CLIENT_ID).save(directory);
    mesh(identity(), destination(mutual("other"), server.address()));
    var http2 = client(Map.of("http2", ""));
    assertThat(http2.apply(Request.get(URL + "/"))).failsWithin(PATIENCE);
    assertThat(server.requests()).isZero();
  }
}
