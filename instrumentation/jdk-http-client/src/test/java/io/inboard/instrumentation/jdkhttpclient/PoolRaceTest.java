// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Answer;
import io.inboard.contract.Eventually;
import io.inboard.contract.Received;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A server closes an idle connection while the client takes it from its pool. */
final class PoolRaceTest extends JdkHarness {
  private static final int ROUNDS = 150;
  private final Random random = new Random(11);

  @Test
  void noGetFails() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    for (int i = 0; i < ROUNDS; i++) {
      server.answering(Answer.OK_THEN_CLOSE);
      spin();
      assertThat(client.send(request("GET", i), BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void noPostIsSentTwiceNorFailsOnAConnectionThatIsSeenToBeDead() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint, endpoint, endpoint));
    for (int i = 0; i < ROUNDS; i++) {
      server.answering(Answer.OK_THEN_CLOSE);
      boolean settled = i % 2 == 0;
      if (settled) {
        Eventually.pause(20);
      } else {
        spin();
      }
      int round = i;
      try {
        client.send(request("POST", i), BodyHandlers.discarding());
      } catch (IOException e) {
        assertThat(settled).as("round %s: %s", i, e).isFalse();
      }
      assertThat(server.received().stream().filter(r -> r.target().equals("/" + round)).count())
          .isLessThanOrEqualTo(1);
    }
  }

  @Test
  void aPostWhoseConnectionEndsBeforeItsFirstByteGoesOverAnother() throws Exception {
    TestServer server = plainServer();
    TestEndpoint endpoint = plain(server);
    mesh.script(Script.to(endpoint));
    client.send(request("GET", 1), BodyHandlers.discarding());
    mesh.script(Script.to(endpoint, endpoint));
    // The JDK asks for the length when it has taken the connection, and has written nothing.
    AtomicBoolean asked = new AtomicBoolean();
    BodyPublisher body = BodyPublishers.ofString("body");
    BodyPublisher publisher =
        new BodyPublisher() {
          @Override
          public long contentLength() {
            if (asked.compareAndSet(false, true)) {
              server.dropConnections();
              Eventually.pause(50);
            }
            return body.contentLength();
          }

          @Override
          public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
            body.subscribe(subscriber);
          }
        };
    HttpRequest post = HttpRequest.newBuilder(URI.create(URL + "/post")).POST(publisher).build();
    assertThat(client.send(post, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    assertThat(mesh.calls().get(1).progress()).containsExactly(Progress.NOT_SENT);
    assertThat(server.received()).extracting(Received::target).containsExactly("/1", "/post");
    assertThat(server.received().get(1).text()).isEqualTo("body");
  }

  /** Up to some 300 µs: about as long as the end of a connection takes to arrive. */
  private void spin() {
    long until = System.nanoTime() + random.nextInt(300_000);
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
  }

  private static HttpRequest request(String method, int round) {
    return HttpRequest.newBuilder(URI.create(URL + "/" + round))
        .method(
            method,
            method.equals("POST") ? BodyPublishers.ofString("body") : BodyPublishers.noBody())
        .build();
  }
}
