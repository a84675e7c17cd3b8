// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static io.inboard.contract.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call.Progress;
import io.inboard.contract.Answer;
import io.inboard.contract.ClientHarness;
import io.inboard.contract.Feature;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.inboard.contract.Script;
import io.inboard.contract.Shows;
import io.inboard.contract.TestEndpoint;
import io.inboard.contract.TestServer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A slow attempt gets a second one beside it, where the application sends nothing but a head. */
final class HedgingTest extends ClientHarness {
  private static final Duration SOON = Duration.ofMillis(100);
  private static final Request GET = Request.get(URL + "/");

  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return Application.HERE.send(request);
  }

  @Test
  @Shows(Feature.HEDGING)
  void aSlowAttemptIsOvertaken() throws Exception {
    TestServer hanging = plainServer().answering(Answer.HANG);
    TestServer quick = plainServer();
    mesh.script(Script.to(plain(hanging), plain(quick)).hedgeAfter(SOON));
    assertThat(send(GET).text()).isEqualTo("answer 200");
    assertThat(mesh.call().lost()).containsExactly(1);
    assertThat(mesh.call().statuses()).containsExactly(200);
    assertThat(mesh.call().failures()).isEmpty();
    assertThat(hanging.received().get(0).header("x-attempt")).contains("1");
    assertThat(quick.received().get(0).header("x-attempt")).contains("2");
    eventually(() -> hanging.left() == 1, () -> "the end of the slow attempt's connection");
  }

  @Test
  @Shows(Feature.HEDGING)
  void aSlowOneThatAnswersFirstWins() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    TestServer slow = plainServer().answering(Answer.status(200, "slow").after(open));
    TestServer hanging = plainServer().answering(Answer.HANG);
    mesh.script(Script.to(plain(slow), plain(hanging)).hedgeAfter(SOON));
    Running running = Application.HERE.start(GET);
    eventually(() -> hanging.received().size() == 1, () -> "the second attempt");
    open.countDown();
    assertThat(running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).text())
        .isEqualTo("slow");
    assertThat(mesh.call().lost()).containsExactly(2);
    eventually(() -> hanging.left() == 1, () -> "the end of the second attempt's connection");
  }

  @Test
  void aSecondThatFailsLetsTheFirstBeWaitedFor() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    TestServer slow = plainServer().answering(Answer.status(200, "slow").after(open));
    mesh.script(Script.to(plain(slow), TestEndpoint.plain(HOST, refusing())).hedgeAfter(SOON));
    Running running = Application.HERE.start(GET);
    eventually(
        () -> !mesh.calls().isEmpty() && mesh.call().failures().size() == 1, () -> "a failure");
    assertThat(running.response()).isNotDone();
    open.countDown();
    assertThat(running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).text())
        .isEqualTo("slow");
    assertThat(mesh.call().progress()).containsExactly(Progress.NOT_CONNECTED);
    assertThat(mesh.call().lost()).isEmpty();
  }

  @Test
  void aRequestWithABodyIsAlone() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    TestServer slow = plainServer().answering(Answer.status(200, "slow").after(open));
    TestServer other = plainServer();
    mesh.script(Script.to(plain(slow), plain(other)).hedgeAfter(Duration.ofMillis(1)));
    Running running = Application.HERE.start(Request.put(URL + "/", "body"));
    eventually(() -> slow.received().size() == 1, () -> "the request");
    open.countDown();
    assertThat(running.response().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).text())
        .isEqualTo("slow");
    assertThat(other.received()).isEmpty();
  }
}
