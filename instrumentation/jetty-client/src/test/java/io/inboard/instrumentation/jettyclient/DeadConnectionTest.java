// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A kept connection that is found dead when a call is given it. */
final class DeadConnectionTest extends ClientHarness {
  /** It is chance who finds it first, Jetty or the call: often the call. */
  private static final int CALLS = 60;

  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return TimeoutException.class;
  }

  @Override
  protected Running start(Request request) {
    return Application.start(request);
  }

  @Override
  protected Response send(Request request) throws Exception {
    return start(request).response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** The host of the URL is not to be found: an attempt that went there would not connect. */
  @Test
  void theAttemptTakesAnotherOneToItsEndpointAndNoneToTheHost() throws Exception {
    for (int i = 0; i < CALLS; i++) {
      TestServer server = plainServer().answering(Answer.OK_THEN_CLOSE);
      TestEndpoint endpoint = plain(server);
      mesh.script(Script.to(endpoint, endpoint));
      send(Request.get(URL + "/"));
      assertThat(send(Request.get(URL + "/")).status()).isEqualTo(200);
    }
    assertThat(mesh.calls())
        .allSatisfy(call -> assertThat(call.progress()).doesNotContain(Progress.NOT_CONNECTED));
  }
}
