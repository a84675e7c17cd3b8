// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.contract.Capability;
import io.inboard.contract.MistakeContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.util.Set;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
abstract class VertxMistakeContract extends MistakeContract {
  private final Application application;

  VertxMistakeContract(String version) {
    application = Application.of(version);
  }

  @Override
  protected String libraryName() {
    return VertxClientHooks.NAME;
  }

  @Override
  protected ClassLoader libraryLoader() {
    return application.loader();
  }

  @Override
  protected Set<Capability> capabilities() {
    return Application.capabilities();
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return Application.TIMEOUT;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected boolean countsWhatBreaksAfterwards() {
    return false;
  }
}
