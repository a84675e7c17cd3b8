// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.Capability;
import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Of a listener, by a transport that speaks HTTP/2, too. */
final class DynamicContractTest extends ClientContract {
  private static final Application APPLICATION = application();

  private static Application application() {
    try {
      return DynamicTransport.application(
          new SslContextFactory.Client(), List.of("http/1.1", "h2"));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return Application.capabilities();
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return TimeoutException.class;
  }

  @Override
  protected Response send(Request request) throws Exception {
    try {
      return start(request).response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @Override
  protected Running start(Request request) {
    return APPLICATION.begin(request);
  }
}
