// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Call.Progress;
import io.inboard.contract.FrameServer;
import io.inboard.contract.FrameServer.Reply;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

/** A stream that the server did not process may be sent again, whatever its method (RFC 9113). */
final class RefusedStreamTest extends JdkHarness {
  @Test
  void aPostOnARefusedStreamIsRepeated() throws Exception {
    FrameServer server = frames(Reply.REFUSE_STREAM);
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(post()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.REFUSED_STREAM);
    assertThat(server.requests()).isEqualTo(2);
  }

  @Test
  void whenAllAreRefusedTheJdkDoesNotTryOnceMore() throws Exception {
    FrameServer server = frames(Reply.REFUSE_STREAM, Reply.REFUSE_STREAM, Reply.REFUSE_STREAM);
    TestEndpoint endpoint = endpoint(server);
    mesh.script(Script.to(endpoint, endpoint));
    assertThatThrownBy(this::post).isInstanceOf(IOException.class);
    assertThat(server.requests()).isEqualTo(2);
    assertThat(mesh.calls()).hasSize(1);
  }

  @Test
  void oneRefusalThatIsFinalIsNotRepeatedByTheJdkEither() throws Exception {
    FrameServer server = frames(Reply.REFUSE_STREAM);
    mesh.script(Script.to(endpoint(server)));
    assertThatThrownBy(this::post).isInstanceOf(IOException.class);
    assertThat(server.requests()).isEqualTo(1);
  }

  @Test
  void aStreamBeyondTheLastOfAGoawayIsRepeatedOnANewConnection() throws Exception {
    FrameServer leaving = frames(Reply.GO_AWAY);
    TestEndpoint endpoint = endpoint(leaving);
    mesh.script(Script.to(endpoint, endpoint));
    assertThat(post()).isEqualTo(200);
    assertThat(mesh.call().progress()).containsExactly(Progress.REFUSED_STREAM);
    assertThat(leaving.requests()).isEqualTo(2);
  }

  private FrameServer frames(Reply... replies) throws IOException {
    return closing(new FrameServer(SERVER)).answering(replies);
  }

  private static TestEndpoint endpoint(FrameServer server) {
    return TestEndpoint.secured(HOST, server.address(), CLIENT, SERVER_ID);
  }

  private int post() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(URL + "/")).POST(BodyPublishers.ofString("body")).build();
    return client.send(request, BodyHandlers.discarding()).statusCode();
  }
}
