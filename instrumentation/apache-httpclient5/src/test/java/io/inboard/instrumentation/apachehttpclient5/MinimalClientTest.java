// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.Capability;
import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.TestServer;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client without a chain of handlers. */
final class MinimalClientTest extends ClientContract {
  private final Application application = Application.minimal();

  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }

  @Override
  protected Running start(Request request) {
    return application.execute(request);
  }

  @Override
  protected Set<Capability> capabilities() {
    return EnumSet.complementOf(EnumSet.of(Capability.REDIRECTS));
  }

  @AfterEach
  void everyConnectionWasGivenBack() throws Exception {
    Pools.allGivenBack(application);
  }

  @Test
  void itRepeatsNothingByItself() throws Exception {
    TestServer server = plainServer().answering(Answer.status(503));
    mesh.script(Script.passThrough());
    String url = "http://127.0.0.1:" + server.port() + "/";
    assertThat(send(Request.get(url)).status()).isEqualTo(503);
    assertThat(server.received()).hasSize(1);
    assertThat(mesh.call().request().repeatedByLibrary()).isFalse();
  }
}
