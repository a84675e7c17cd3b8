// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.contract.MistakeContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
final class MistakeTest extends MistakeContract {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }
}
