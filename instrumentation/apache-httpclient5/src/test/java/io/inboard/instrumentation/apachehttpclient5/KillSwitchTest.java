// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;

/** Of a call that a thread waits for. */
final class KillSwitchTest extends Switched {
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
}
