// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.Capability;
import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** Of a thread that waits. */
final class SyncContractTest extends ClientContract {
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
    return Application.send(request);
  }
}
