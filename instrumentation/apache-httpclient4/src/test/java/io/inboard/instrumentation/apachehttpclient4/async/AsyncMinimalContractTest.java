// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.contract.Capability;
import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

/** The minimal client, which neither redirects nor answers challenges. */
final class AsyncMinimalContractTest extends ClientContract {
  private final AsyncApplication application = AsyncApplication.minimal();

  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    Set<Capability> most = AsyncApplication.capabilities();
    most.remove(Capability.REDIRECTS);
    return most;
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
