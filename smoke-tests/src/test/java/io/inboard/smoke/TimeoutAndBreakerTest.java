// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A slow service is not waited for, a broken one is left in peace. */
class TimeoutAndBreakerTest {
  /** The back would answer after ten minutes; the test's own limit is seconds. */
  @Test
  void aCallIsCutAtItsTimeout() throws Exception {
    try (Service back = Service.boot("boot-3.5", "pay", Jdks.own()).start();
        Service front = front(back, "timeout: 2s")) {
      int calls = 0;
      for (String client : WithoutTheAgentTest.CLIENTS_SINCE_SPRING_6) {
        var answer = Http.get(front.callUrl(client, "http://pay/slow?millis=600000"));
        assertThat(answer.statusCode()).as(client).isIn(502, 504);
        assertThat(answer.body()).as(client).containsIgnoringCase("time");
        calls++;
        assertThat(count(back, "slow")).as("reached the back").isEqualTo(calls);
      }
    }
  }

  @Test
  void anOpenBreakerKeepsCallsAwayAndClosesWhenTheServiceIsWell() throws Exception {
    try (Service back = Service.boot("boot-3.5", "pay", Jdks.own()).start();
        Service front =
            front(
                back,
                "retries: {attempts: 0}",
                "circuitBreaker: {failurePercent: 50, requestVolume: 5, window: 60s, openFor: 3s}")) {
      String call = front.callUrl("jdk", "http://pay/hello");
      Http.post(back.url("/fail?status=500"), "");
      for (int i = 0; i < 5; i++) {
        assertThat(Http.get(call).statusCode()).isEqualTo(500);
      }
      // Open now: what comes meanwhile is answered without the back, but for a probe now and then.
      int before = count(back, "hello");
      for (int i = 0; i < 40; i++) {
        assertThat(Http.get(call).statusCode()).isGreaterThanOrEqualTo(500);
      }
      assertThat(count(back, "hello") - before).isLessThanOrEqualTo(5);

      Http.post(back.url("/fail?status=0"), "");
      Await.until(
          "the breaker closes", Duration.ofSeconds(30), () -> Http.get(call).statusCode() == 200);
      for (int i = 0; i < 10; i++) {
        assertThat(Http.get(call).statusCode()).isEqualTo(200);
      }
    }
  }

  private static Service front(Service back, String... policies) {
    String entry = "- host: pay\n  endpoints: [\"" + back.address() + "\"]\n";
    for (String policy : policies) {
      entry += "  " + policy + "\n";
    }
    return Service.boot("boot-3.5", "web", Jdks.own())
        .agent(Yaml.service("web").destinations(entry))
        .start();
  }

  private static int count(Service service, String what) throws Exception {
    return new ObjectMapper().readTree(Http.body(service.url("/counts"))).path(what).asInt();
  }
}
