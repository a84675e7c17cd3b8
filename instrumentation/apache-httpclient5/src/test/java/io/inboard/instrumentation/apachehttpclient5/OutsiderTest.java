// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.OutsiderContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.impl.bootstrap.AsyncRequesterBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncRequester;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** HttpCore's own requester, which has the reactor of the async client. */
final class OutsiderTest extends OutsiderContract {
  private final HttpAsyncRequester requester = AsyncRequesterBootstrap.bootstrap().create();
  private final AsyncApplication application = new AsyncApplication();

  @BeforeEach
  void start() {
    requester.start();
  }

  @AfterEach
  void close() {
    requester.close(CloseMode.IMMEDIATE);
  }

  @Override
  protected String libraryName() {
    return ApacheHttpClient5AsyncHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected String outsider() {
    return HttpAsyncRequester.class.getName();
  }

  @Override
  protected Future<?> connect(InetSocketAddress to) {
    return requester.connect(
        new HttpHost(to.getAddress().getHostAddress(), to.getPort()), Timeout.ofSeconds(10));
  }
}
