// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Mistakes of ours: no call fails for them, except one that would go out in the clear. */
public abstract class MistakeContract extends ClientHarness {
  private static final String BODY = "body";

  /** A request straight to a server, with a body. */
  protected static Request request(TestServer server) {
    return Request.put("http://127.0.0.1:" + server.port() + "/", BODY);
  }

  /** Whether what breaks once there is a response is counted, and not only told in the log. */
  protected boolean countsWhatBreaksAfterwards() {
    return true;
  }

  @Test
  void aCallThatWasToBeEncryptedIsRefused() throws Exception {
    TestServer server = plainServer();
    Mistakes.serveBroken("127.0.0.1");
    assertThatThrownBy(() -> send(request(server)))
        .isInstanceOf(SSLException.class)
        .hasStackTraceContaining("127.0.0.1:" + server.port())
        .hasStackTraceContaining("an error of ours");
    assertThat(server.connections()).isZero();
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void anyOtherCallGoesOn() throws Exception {
    TestServer server = plainServer();
    Mistakes.serveBroken("elsewhere");
    assertThat(send(request(server)).status()).isEqualTo(200);
    assertThat(server.received()).singleElement().matches(r -> r.text().equals(BODY));
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void aCallThatBeganWellIsNotSentInTheClearEither() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    script.script(Script.to(Mistakes.withBrokenTls(plain(server))));
    Mistakes.serve("127.0.0.1", script::begin);
    assertThatThrownBy(() -> send(request(server))).isInstanceOf(SSLException.class);
    assertThat(server.received()).isEmpty();
    assertThat(WovenJvm.takeTroubles()).isNotEmpty();
  }

  @Test
  void whatWasSentIsNotSentOnceMore() throws Exception {
    TestServer server = plainServer();
    ScriptedOutbound script = new ScriptedOutbound();
    script.script(Script.to(plain(server)));
    Mistakes.serve("elsewhere", request -> Mistakes.breakingAfterwards(script.begin(request)));
    assertThat(send(request(server)).status()).isEqualTo(200);
    assertThat(server.received()).hasSize(1);
    List<String> counted = WovenJvm.takeTroubles();
    if (countsWhatBreaksAfterwards()) {
      assertThat(counted).isNotEmpty();
    }
  }
}
