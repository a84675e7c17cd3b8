// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.contract.Answer;
import io.inboard.contract.Eventually;
import io.inboard.contract.Script;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Random;
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
