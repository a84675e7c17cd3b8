// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import org.junit.jupiter.api.AfterEach;

/** Calls that a thread waits for, and their cancellation from another one. */
final class ClassicContractTest extends ClientContract {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Running start(Request request) {
    return application.execute(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(application);
  }
}
