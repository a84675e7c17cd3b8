// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.contract.Capability;
import io.inboard.contract.KeptConnectionContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.util.Set;

/**
 * Connections that end while they are kept. Not of 4.5.0, which by itself, without an agent, tells
 * nothing of a POST whose connection ends at the moment that it is sent: two of 600 got no answer
 * and no error.
 */
abstract class VertxKeptConnectionContract extends KeptConnectionContract {
  private final Application application;

  VertxKeptConnectionContract(String version) {
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
