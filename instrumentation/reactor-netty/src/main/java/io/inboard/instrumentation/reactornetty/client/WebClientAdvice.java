// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.weave.Advice;
import java.util.List;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** Of {@link WebClientHooks}, {@link WebFluxContextHooks} and {@link ServedContextHooks}. */
final class WebClientAdvice {
  private WebClientAdvice() {}

  /** {@code DefaultExchangeFunction#exchange(ClientRequest)}. */
  static final class Exchange {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static Mono<?> exit(@Advice.Argument(0) Object request, @Advice.Return Mono<?> exchange) {
      return Carried.withHeaders(exchange, name -> headers(request, name));
    }

    @SuppressWarnings("unchecked")
    private static List<String> headers(Object request, String name) {
      Object headers = WebClientHooks.REQUEST_HEADERS.call(request);
      return (List<String>) WebClientHooks.VALUES.call(headers, name);
    }
  }

  /** {@code HttpWebHandlerAdapter#handle(ServerHttpRequest, ServerHttpResponse)}. */
  static final class Handle {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static Mono<?> exit(@Advice.Return Mono<?> work) {
      return Carried.inContext(work);
    }
  }

  /** {@code HttpServer#handle(BiFunction)}, which {@code route} goes through, too. */
  static final class Serve {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static BiFunction<?, ?, ?> enter(
        @Advice.Argument(0) BiFunction<?, ?, ? extends Publisher<Void>> handler) {
      return Carried.inContext(handler);
    }
  }
}
