// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;

/** Of a call that does not block. */
final class AsyncKillSwitchTest extends Switched {
  private final AsyncApplication application = new AsyncApplication();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5AsyncHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Running start(Request request) {
    return application.execute(request);
  }
}
