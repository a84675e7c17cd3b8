// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.AsyncClientContract;
import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Running;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** Nothing holds up the caller. */
final class AsyncClientTest extends AsyncClientContract {
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
  protected Running start(Request request) {
    return Application.start(request);
  }
}
