// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.contract.Capability;
import io.inboard.contract.KeptConnectionContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

/** Servers that close kept connections. */
final class AsyncKeptConnectionTest extends KeptConnectionContract {
  private final AsyncApplication application = new AsyncApplication();

  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return AsyncApplication.capabilities();
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Running start(Request request) {
    return application.start(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    application.end();
  }
}
