// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.KeptConnectionContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import org.junit.jupiter.api.AfterEach;

/** Servers that close kept connections. */
final class KeptConnectionTest extends KeptConnectionContract {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(application);
  }
}
