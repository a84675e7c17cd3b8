// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.contract.AddressedClientContract;
import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.netty.handler.timeout.ReadTimeoutException;
import java.util.Set;

/** By the address of an instance. */
final class AddressedTest extends AddressedClientContract {
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
  protected Response send(Request request) throws Exception {
    return Application.HERE.send(request);
  }
}
