// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import io.inboard.weave.Handles.Method;
import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.lang.invoke.MethodHandles;

/**
 * Spring's WebClient sets its headers when the library asks for the request, which is after the
 * mesh has decided where that goes: they are told before. Any client of Reactor's that a WebFlux
 * handler calls works for the request that it handles, on whichever thread.
 */
public final class WebClientHooks implements Library {
  private static final String P = "org.springframework.web.reactive.function.client.";
  private static final String HEADERS = "org.springframework.http.HttpHeaders";

  static final Handles HANDLES = Handles.by(MethodHandles.lookup());
  static final Method REQUEST_HEADERS =
      HANDLES.in(P + "ClientRequest").reach(method("headers", 0).whereItExists());

  /** Since 5.3. */
  static final Method VALUES = HANDLES.in(HEADERS).reach(method("getOrEmpty", 1));

  @Override
  public Unit unit() {
    return Unit.named("spring-webclient")
        .relyingOn(HANDLES)
        .relyingOn("reactor.core.publisher.Mono")
        .weave(
            P + "ExchangeFunctions$DefaultExchangeFunction",
            method("exchange", 1),
            WebClientAdvice.Exchange.class)
        .build();
  }
}
