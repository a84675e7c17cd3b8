// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.MistakeContract;
import io.inboard.contract.Mistakes;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedOutbound;
import io.inboard.contract.TestServer;
import io.inboard.contract.WovenJvm;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.junit.jupiter.api.Test;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
final class MistakeTest extends MistakeContract {
  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected boolean countsWhatBreaksAfterwards() {
    return false;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.send(request);
  }

  @Test
  void aCallThatBeganWellIsSentAsWithoutUsWhereItMay() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    script.script(Script.to(Mistakes.withBrokenTls(plain(server))));
    Mistakes.serve("elsewhere", script::begin);
    assertThat(send(request(server)).status()).isEqualTo(200);
    assertThat(server.received())
        .singleElement()
        .matches(r -> r.text().equals("body") && r.header("traceparent").isEmpty());
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  /** An application may open connections by itself, and send over them. */
  @Test
  void aConnectionOfTheApplicationsIsNotOpenedInTheClear() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    Mistakes.serve("127.0.0.1", script::begin);
    NewApplication application = (NewApplication) Application.HERE;
    Destination destination =
        application.client().resolveDestination(application.request(request(server)));
    CompletableFuture<Connection> refused = destination.newConnection();
    assertThat(refused)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingRootCause()
        .isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    Mistakes.serve("elsewhere", script::begin);
    try (Connection open =
        destination.newConnection().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      assertThat(open.isClosed()).isFalse();
    }
  }
}
