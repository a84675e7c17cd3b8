// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RunningServer;
import io.inboard.contract.ServerContract;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The contract for handlers of Undertow's own, without servlets: they know no routes. */
final class UndertowHandlersTest extends ServerContract {
  private final UndertowLoader undertow = new UndertowLoader(UndertowLoader.NEWEST);

  @Override
  protected RunningServer start() throws Exception {
    return undertow.start(Map.of("handlers", "plain"));
  }

  @Override
  protected RunningServer startWith(Executor threads) throws Exception {
    return undertow.start(Map.of("handlers", "plain"), Optional.of(threads));
  }

  @Override
  protected RunningServer startHandlers(Router router) throws Exception {
    return undertow.start(Map.of("handlers", "plain", "router", router.name()));
  }

  @Override
  protected String library() {
    return UndertowHooks.NAME;
  }

  @Override
  protected boolean http2() {
    return true;
  }

  @Override
  protected boolean routes() {
    return false;
  }
}
