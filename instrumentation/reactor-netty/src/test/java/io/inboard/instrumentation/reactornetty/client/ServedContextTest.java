// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Capability;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.TestServer;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;

/** What a handler of a server of reactor-netty's own calls belongs to the request it handles. */
final class ServedContextTest extends MeshHarness {
  private static final String TRACE = "11111111111111111111111111111111";
  private static final String CALLER = "2222222222222222";

  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return Application.capabilities();
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.HERE.send(request);
  }

  @Test
  void aCallOnAnotherThreadIsMadeForTheRequestThatIsHandled() throws Exception {
    TestServer behind = plainServer();
    serves(
        behind,
        server -> server.handle((request, response) -> relayed(response, behind, request.uri())));
  }

  @Test
  void soIsACallOfARoute() throws Exception {
    TestServer behind = plainServer();
    serves(
        behind,
        server ->
            server.route(
                routes ->
                    routes.get(
                        "/{any}",
                        (request, response) -> relayed(response, behind, request.uri()))));
  }

  private void serves(TestServer behind, UnaryOperator<HttpServer> handling) throws Exception {
    mesh("", "");
    DisposableServer server =
        handling.apply(HttpServer.create().host("127.0.0.1").port(0)).bindNow();
    closing((AutoCloseable) server::disposeNow);
    String url = "http://127.0.0.1:" + server.port();
    // Two requests over one connection, of different traces.
    for (String trace : new String[] {TRACE, TRACE.replace('1', '3')}) {
      Request request = Request.get(url + "/relayed").header("traceparent", parent(trace, CALLER));
      assertThat(send(request).status()).isEqualTo(200);
    }
    assertThat(behind.received())
        .hasSize(2)
        .noneMatch(received -> received.header("traceparent").orElse("").contains(CALLER));
    assertThat(behind.received().get(0).header("traceparent").orElse("none")).contains(TRACE);
    assertThat(behind.received().get(1).header("traceparent").orElse("none"))
        .contains(TRACE.replace('1', '3'));
  }

  private static String parent(String trace, String span) {
    return "00-" + trace + '-' + span + "-01";
  }

  private static Publisher<Void> relayed(
      HttpServerResponse response, TestServer behind, String uri) {
    return response.sendString(
        Mono.delay(Duration.ofMillis(1), Schedulers.boundedElastic())
            .flatMap(
                passed ->
                    HttpClient.create()
                        .get()
                        .uri("http://127.0.0.1:" + behind.port() + uri)
                        .responseSingle((head, body) -> body.asString())));
  }
}
