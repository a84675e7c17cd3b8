// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.contract.AsyncClientContract;
import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Running;
import io.netty.handler.timeout.ReadTimeoutException;
import java.util.Set;

/** Nothing holds up the caller. */
final class AsyncClientTest extends AsyncClientContract {
  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return Application.capabilities();
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return ReadTimeoutException.class;
  }

  @Override
  protected Running start(Request request) {
    return Application.HERE.start(request);
  }
}
