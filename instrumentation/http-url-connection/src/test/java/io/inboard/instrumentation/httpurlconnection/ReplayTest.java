// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Eventually;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bodies that the application streams, and what is kept of them. */
final class ReplayTest extends ClientHarness {
  private static final byte[] BODY = new byte[60_000];

  static {
    new Random(1).nextBytes(BODY);
  }

  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return HttpUrlConnectionTest.exchange(HttpUrlConnectionTest.open(request), request);
  }

  /** How the application frames it, and writes it. */
  enum Mode {
    FIXED,
    CHUNKED,
    BY_THE_BYTE,
    EMPTY
  }

  private static byte[] body(Mode mode) {
    return mode == Mode.EMPTY ? new byte[0] : BODY;
  }

  private static HttpURLConnection put(Mode mode) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
    connection.setRequestMethod("PUT");
    connection.setDoOutput(true);
    byte[] body = body(mode);
    if (mode == Mode.FIXED) {
      connection.setFixedLengthStreamingMode(body.length);
    } else {
      connection.setChunkedStreamingMode(1000);
    }
    try (OutputStream out = connection.getOutputStream()) {
      if (mode == Mode.BY_THE_BYTE) {
        for (byte b : body) {
          out.write(b);
        }
      } else {
        out.write(body);
      }
    }
    return connection;
  }

  @ParameterizedTest
  @EnumSource
  void aBodyThatMayBeKeptArrivesWholeASecondTime(Mode mode) throws Exception {
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer second = plainServer().answering(Answer.CLOSE);
    TestServer third = plainServer();
    Steps call =
        new Steps(Steps.send(plain(first)), Steps.send(plain(second)), Steps.send(plain(third)))
            .keeping(65_536)
            .serve();
    HttpURLConnection connection = put(mode);
    assertThat(connection.getResponseCode()).isEqualTo(200);
    connection.getInputStream().readAllBytes();
    assertThat(call.heard()).containsExactly("503", "SENT", "200");
    for (TestServer server : new TestServer[] {first, second, third}) {
      assertThat(server.received()).hasSize(1);
      assertThat(server.received().get(0).body()).isEqualTo(body(mode));
    }
  }

  @Test
  void aBodyThatIsTooLargeIsNotRepeated() throws Exception {
    TestServer first = plainServer().answering(Answer.status(503));
    TestServer second = plainServer();
    Steps call =
        new Steps(Steps.send(plain(first)), Steps.send(plain(second))).keeping(59_000).serve();
    HttpURLConnection connection = put(Mode.BY_THE_BYTE);
    assertThat(call.request().body()).isEqualTo(Body.ONE_SHOT);
    assertThat(connection.getResponseCode()).isEqualTo(503);
    assertThat(second.connections()).isZero();
    assertThat(call.heard()).containsExactly("503", "abandoned");
  }

  @Test
  void aBodyIsReplayableUntilAByteOfItWasNotKept() throws Exception {
    TestServer server = plainServer();
    Steps call = new Steps(Steps.send(plain(server))).keeping(1000).serve();
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
    connection.setRequestMethod("PUT");
    connection.setDoOutput(true);
    connection.setChunkedStreamingMode(100);
    OutputStream out = connection.getOutputStream();
    out.write(new byte[500]);
    assertThat(call.request().body()).isEqualTo(Body.REPLAYABLE);
    out.write(new byte[501]);
    assertThat(call.request().body()).isEqualTo(Body.ONE_SHOT);
    assertThat(connection.getResponseCode()).isEqualTo(200);
    connection.getInputStream().readAllBytes();
    assertThat(server.received().get(0).body()).hasSize(1001);
  }

  @Test
  void nothingIsKeptWhereTheMeshOnlyLooksOn() throws Exception {
    TestServer server = plainServer();
    Steps call =
        new Steps(new Step.Send(new Steps.Once(java.util.Optional.empty(), false), 0))
            .keeping(65_536)
            .serve();
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + server.port() + "/").toURL().openConnection();
    connection.setRequestMethod("PUT");
    connection.setDoOutput(true);
    connection.setChunkedStreamingMode(100);
    connection.getOutputStream().write(1);
    assertThat(call.request().body()).isEqualTo(Body.ONE_SHOT);
    assertThat(connection.getResponseCode()).isEqualTo(200);
    connection.getInputStream().readAllBytes();
  }

  @Test
  void aBodyThatCannotBeWrittenIsReportedAndTheApplicationLearnsIt() throws Exception {
    RawServer server =
        closing(
            new RawServer(
                c -> {
                  c.head();
                  c.reset();
                }));
    Steps call =
        new Steps(Steps.send(TestEndpoint.plain(HOST, server.address())), Step.DELIVER).serve();
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setChunkedStreamingMode(100);
    OutputStream out = connection.getOutputStream();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1000; i++) {
                out.write(new byte[1000]);
                Eventually.pause(1);
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(call.heard()).containsExactly("SENT");
    assertThat(call.doneCount()).isEqualTo(1);
    assertThat(server.count("POST")).isEqualTo(1);
  }

  @Test
  void aBodyThatIsLongerThanPromisedIsTheApplicationsMistake() throws Exception {
    TestServer server = plainServer();
    Steps call = new Steps(Steps.send(plain(server))).serve();
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(URL + "/").toURL().openConnection();
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(3);
    OutputStream out = connection.getOutputStream();
    assertThatThrownBy(() -> out.write(new byte[4])).hasMessage("too many bytes written");
    assertThat(call.heard()).isEmpty();
    connection.disconnect();
    assertThat(call.heard()).containsExactly("abandoned");
  }
}
