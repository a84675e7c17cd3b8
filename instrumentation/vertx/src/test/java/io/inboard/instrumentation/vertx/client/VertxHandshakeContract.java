// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.contract.Capability;
import io.inboard.contract.HandshakeContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.util.Set;

/** Peers that do not come to the end of the handshake. */
abstract class VertxHandshakeContract extends HandshakeContract {
  private final Application application;

  VertxHandshakeContract(String version) {
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
