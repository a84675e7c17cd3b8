// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.contract.Capability;
import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.util.Set;

/** What the application asks for goes where the mesh says. */
abstract class VertxClientContract extends ClientContract {
  private final Application application;

  VertxClientContract(String version) {
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
}
