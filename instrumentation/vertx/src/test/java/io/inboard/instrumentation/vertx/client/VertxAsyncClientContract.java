// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.contract.AsyncClientContract;
import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Running;
import java.util.Set;

/** Nothing holds up the caller. */
abstract class VertxAsyncClientContract extends AsyncClientContract {
  private final Application application;

  VertxAsyncClientContract(String version) {
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
  protected Running start(Request request) {
    return application.start(request);
  }
}
