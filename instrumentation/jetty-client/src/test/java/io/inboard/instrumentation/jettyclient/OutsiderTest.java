// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.OutsiderContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Jetty's own client of HTTP/2, which has the connector of the client. */
final class OutsiderTest extends OutsiderContract {
  private final HTTP2Client client = new HTTP2Client();

  @BeforeEach
  void start() throws Exception {
    client.start();
  }

  @AfterEach
  void close() throws Exception {
    client.stop();
  }

  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.send(request);
  }

  @Override
  protected String outsider() {
    return HTTP2Client.class.getName();
  }

  @Override
  protected Future<?> connect(InetSocketAddress to) {
    return client.connect(to, new Session.Listener() {});
  }
}
