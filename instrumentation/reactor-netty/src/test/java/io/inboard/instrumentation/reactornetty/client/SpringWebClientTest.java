// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestServer;
import io.inboard.contract.WovenJvm;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;

/** Spring's WebClient over the library. */
final class SpringWebClientTest extends ClientHarness {
  private final WebClient client = WebClient.create();

  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    WebClient.RequestBodySpec of =
        client.method(HttpMethod.valueOf(request.method())).uri(request.uri());
    request.headers().forEach((name, value) -> of.header(name, value));
    return (request.hasBody() ? of.bodyValue(request.body()) : of)
        .exchangeToMono(
            response ->
                response
                    .bodyToMono(byte[].class)
                    .defaultIfEmpty(new byte[0])
                    .map(body -> new Response(response.statusCode().value(), body)))
        .toFuture()
        .get();
  }

  /** By which it decides where the call goes. */
  @Test
  void theMeshKnowsTheHeadersWhenACallBegins() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    List<String> seen = new CopyOnWriteArrayList<>();
    Inboard.serve(
        new Inboard.Core(
            request -> {
              seen.addAll(request.headers("x-canary"));
              seen.addAll(request.headers("traceparent"));
              return mesh.begin(request);
            },
            Inbound.PASS,
            InboundTls.DISABLED,
            Contexts.NONE));
    String trace = "00-11111111111111111111111111111111-2222222222222222-01";
    send(Request.get(URL + "/").header("X-Canary", "1").header("traceparent", trace));
    assertThat(seen).containsExactly("1", trace);
    assertThat(server.received().get(0).all("traceparent")).containsExactly(trace);
    assertThat(WovenJvm.report("spring-webclient").libraries()).isNotEmpty();
  }

  @Test
  void aValueIsSentAgain() throws Exception {
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer second = plainServer();
    mesh.script(Script.to(plain(first), plain(second)));
    assertThat(send(Request.put(URL + "/", "body")).status()).isEqualTo(200);
    assertThat(first.received().get(0).text()).isEqualTo("body");
    assertThat(second.received().get(0).text()).isEqualTo("body");
    assertThat(mesh.call().askedToKeep()).isEmpty();
  }

  @Test
  void aFluxIsReadOnceAndSentAgainFromWhatWasKept() throws Exception {
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer second = plainServer();
    mesh.script(Script.to(plain(first), plain(second)).keeping(1 << 16));
    AtomicInteger reads = new AtomicInteger();
    DefaultDataBufferFactory buffers = DefaultDataBufferFactory.sharedInstance;
    Flux<DataBuffer> body =
        Flux.just("one ", "two")
            .doOnSubscribe(subscription -> reads.incrementAndGet())
            .map(text -> buffers.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    assertThat(
            client
                .put()
                .uri(URL + "/")
                .body(BodyInserters.fromDataBuffers(body))
                .exchangeToMono(
                    response -> response.releaseBody().thenReturn(response.statusCode().value()))
                .toFuture()
                .get())
        .isEqualTo(200);
    assertThat(reads).hasValue(1);
    assertThat(first.received().get(0).text()).isEqualTo("one two");
    assertThat(second.received().get(0).text()).isEqualTo("one two");
  }
}
