// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.Context;
import io.inboard.call.HeaderView;
import io.inboard.call.Inboard;
import io.inboard.weave.HookErrors;
import java.util.List;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * What goes with a subscription from the application's side to the library's, in the Reactor
 * context: that goes with the subscription through whichever threads it takes. Keys are text, since
 * each loader that has a hooked class has this class once.
 */
final class Carried {
  private static final String CONTEXT = "io.inboard.context";
  private static final String HEADERS = "io.inboard.headers";

  private Carried() {}

  /** What is subscribed to works for the request that this thread works for. */
  static <T> Mono<T> inContext(Mono<T> work) {
    Context current = Inboard.contexts().current();
    return current == Context.NONE
        ? null
        : work.contextWrite(context -> context.put(CONTEXT, current));
  }

  /**
   * The same of what a server's handler gives back for each request.
   *
   * @param handler null: the library says what it thinks of that
   * @return null: nothing to be changed
   */
  static <Q, R> BiFunction<Q, R, Publisher<Void>> inContext(
      BiFunction<? super Q, ? super R, ? extends Publisher<Void>> handler) {
    return handler == null ? null : (request, response) -> served(handler.apply(request, response));
  }

  private static Publisher<Void> served(Publisher<Void> work) {
    if (work == null || Inboard.contexts().current() == Context.NONE) {
      return work;
    }
    try {
      // What the library makes of it in any case.
      return inContext(Mono.fromDirect(work));
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(ServedContextHooks.NAME, Carried.class, e);
      return work;
    }
  }

  /** That of the subscriber, else of this thread. */
  static Context context(reactor.util.context.Context subscriber) {
    Context carried = subscriber.isEmpty() ? null : subscriber.getOrDefault(CONTEXT, null);
    return carried == null ? Inboard.contexts().current() : carried;
  }

  /** The headers are those that the application will set while it is asked for the request. */
  static <T> Mono<T> withHeaders(Mono<T> exchange, HeaderView headers) {
    return exchange.contextWrite(context -> context.put(HEADERS, headers));
  }

  /** Those of a subscriber; none where nobody has said so. */
  static HeaderView headers(reactor.util.context.Context subscriber) {
    HeaderView headers = subscriber.isEmpty() ? null : subscriber.getOrDefault(HEADERS, null);
    return headers == null ? name -> List.of() : headers;
  }
}
