// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.contract.Mistakes;
import io.inboard.contract.Received;
import io.inboard.contract.Script;
import io.inboard.contract.ScriptedOutbound;
import io.inboard.contract.TestServer;
import io.inboard.contract.WovenJvm;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
final class MistakeTest extends JdkHarness {
  private static HttpRequest request(TestServer server) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/")).build();
  }

  @Test
  void aCallThatWasToBeEncryptedIsRefused() throws Exception {
    TestServer server = plainServer();
    Mistakes.serveBroken("127.0.0.1");
    assertThatThrownBy(() -> client.send(request(server), BodyHandlers.discarding()))
        .isInstanceOf(SSLException.class);
    assertThat(server.connections()).isZero();
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void anyOtherCallGoesOn() throws Exception {
    TestServer server = plainServer();
    Mistakes.serveBroken("elsewhere");
    assertThat(client.send(request(server), BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void aCallThatBeganWellIsNotSentInTheClearEither() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    script.script(Script.to(Mistakes.withBrokenTls(plain(server))));
    Mistakes.serve("127.0.0.1", script::begin);
    assertThatThrownBy(() -> client.send(request(server), BodyHandlers.discarding()))
        .isInstanceOf(IOException.class);
    assertThat(server.received()).isEmpty();
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  /** An error of ours is not the application's, and what was half written is not sent. */
  @Test
  void aCallThatIsOnlyWatchedGoesOnWithoutHeadersThatFail() throws Exception {
    TestServer server = plainServer();
    mesh.script(Script.passThrough().writing("x-own", "of the mesh").failingHeaders());
    HttpRequest own =
        HttpRequest.newBuilder(request(server).uri()).header("X-Own", "of the application").build();
    assertThat(client.send(own, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(WovenJvm.takeTroubles()).singleElement().asString().contains("ScriptedFault");
    Received received = server.received().get(0);
    assertThat(received.all("x-own")).containsExactly("of the application");
    assertThat(received.all("traceparent")).isEmpty();
    assertThat(mesh.call().failures()).isEmpty();
  }
}
