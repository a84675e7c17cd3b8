// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Feature;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.Shows;
import io.inboard.contract.TestServer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Calls for many requests at the same time, on few threads: each belongs to its own request. */
final class InterleavedTest extends ClientHarness {
  private static final int REQUESTS = 10_000;
  private static final int AT_ONCE = 50;

  private final ThreadLocal<Context> current = ThreadLocal.withInitial(() -> Context.NONE);

  /** Of the request with this number. */
  private record Numbered(int number) implements Context {}

  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.HERE.send(request);
  }

  @Test
  @Shows(Feature.TRACING)
  void tenThousandInterleavedRequestsKeepTheirContexts() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.to(plain(server)));
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger strayed = new AtomicInteger();
    Outbound checking =
        request -> {
          begun.incrementAndGet();
          if (!isCurrent(Integer.parseInt(request.headers("x-number").get(0)))) {
            strayed.incrementAndGet();
          }
          return mesh.begin(request);
        };
    Inboard.serve(new Inboard.Core(checking, Inbound.PASS, InboundTls.DISABLED, new OfThreads()));
    Flux.range(0, REQUESTS)
        .flatMap(
            number ->
                Mono.delay(Duration.ofMillis(number % 7))
                    .then(call(number, strayed))
                    .delayElement(Duration.ofMillis(number % 5))
                    .flatMap(first -> call(number, strayed))
                    // As a hook of a server does.
                    .contextWrite(
                        context -> context.put("io.inboard.context", new Numbered(number))),
            AT_ONCE)
        .blockLast(Duration.ofMinutes(2));
    assertThat(strayed).hasValue(0);
    assertThat(begun).hasValue(2 * REQUESTS);
  }

  private Mono<Response> call(int number, AtomicInteger strayed) {
    return Application.HERE
        .mono(Request.get(URL + "/").header("x-number", Integer.toString(number)))
        .doOnNext(
            response -> {
              // What the application does with a response, on the event loop.
              if (!isCurrent(number)) {
                strayed.incrementAndGet();
              }
            });
  }

  private boolean isCurrent(int number) {
    return current.get() instanceof Numbered now && now.number == number;
  }

  private final class OfThreads implements Contexts {
    @Override
    public Context current() {
      return current.get();
    }

    @Override
    public Scope activate(Context context) {
      Context before = current.get();
      current.set(context);
      return () -> current.set(before);
    }
  }
}
