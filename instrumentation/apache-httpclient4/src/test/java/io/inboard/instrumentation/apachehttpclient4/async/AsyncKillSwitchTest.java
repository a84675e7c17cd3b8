// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.MeshHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.TestServer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The mesh is switched off while a call is between its redirects. Switched on, it begins with the
 * next connection that the library asks for: a redirect to the same host needs none.
 */
final class AsyncKillSwitchTest extends MeshHarness {
  private final AsyncApplication application = new AsyncApplication();

  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @ParameterizedTest
  @ValueSource(booleans = true)
  void aCallGoesOnThroughTheSwitch(boolean off) throws Exception {
    CountDownLatch switched = new CountDownLatch(1);
    TestServer server = plainServer();
    server.answering(
        Answer.redirect(302, "http://localhost:" + server.port() + "/there").after(switched));
    String on = localhost("endpoints: [\"127.0.0.1:" + server.port() + "\"]");
    mesh("", off ? on : "enabled: false\n");
    Running running = application.start(Request.get("http://localhost:" + server.port() + "/here"));
    eventually(() -> server.received().size() == 1, () -> "the request");
    mesh("", off ? "enabled: false\n" : on);
    switched.countDown();
    assertThat(running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status())
        .isEqualTo(200);
    assertThat(server.received()).hasSize(2);
    assertThat(server.received().get(0).all("traceparent")).hasSize(off ? 1 : 0);
    // A redirect is a call of its own.
    assertThat(server.received().get(1).all("traceparent")).hasSize(off ? 0 : 1);
    // The next call is as the switch says.
    assertThat(send(Request.get("http://localhost:" + server.port() + "/")).status())
        .isEqualTo(200);
    assertThat(server.received().get(2).all("traceparent")).hasSize(off ? 0 : 1);
  }
}
