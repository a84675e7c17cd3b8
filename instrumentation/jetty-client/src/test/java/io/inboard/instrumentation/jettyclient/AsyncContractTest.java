// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.Capability;
import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Of a listener, and nobody waits. */
final class AsyncContractTest extends ClientContract {
  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return Application.capabilities();
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return TimeoutException.class;
  }

  @Override
  protected Response send(Request request) throws Exception {
    try {
      return start(request).response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @Override
  protected Running start(Request request) {
    return Application.start(request);
  }
}
