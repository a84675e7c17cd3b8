// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestServer;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** A listener that has heard enough. */
final class AbortedResponseTest extends ClientHarness {
  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.send(request);
  }

  @Test
  void nothingMoreIsHeardOfAResponseThatWasAborted() throws Exception {
    TestServer server = plainServer().answering(Answer.status(200, "body"));
    mesh.script(Script.to(plain(server)));
    assertThat(
            Application.HERE.heardAfterAborting(
                URI.create(URL + "/"), new IllegalStateException("mine")))
        .containsExactly("onBegin", "onFailure", "onComplete");
  }
}
