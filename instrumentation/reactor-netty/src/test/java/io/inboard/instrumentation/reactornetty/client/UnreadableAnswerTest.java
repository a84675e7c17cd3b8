// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Script;
import io.inboard.contract.TestServer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the library's own decoder rejects is an answer: the server has done its work. */
final class UnreadableAnswerTest extends ClientHarness {
  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.HERE.send(request);
  }

  static Stream<String> answers() {
    return Stream.of(
        "HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(9_000) + "\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        "SSH-2.0-OpenSSH_9.9\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-");
  }

  @ParameterizedTest
  @MethodSource("answers")
  void itIsNotTakenForNone(String answer) throws Exception {
    TestServer server =
        plainServer()
            .answering(
                connection -> {
                  connection.write(answer);
                  connection.close();
                });
    mesh.script(Script.to(plain(server), plain(server)));
    failure(Request.get(URL + "/"));
    assertThat(mesh.call().progress()).containsExactly(Progress.RESPONSE_STARTED);
    assertThat(server.received()).hasSize(1);
  }
}
