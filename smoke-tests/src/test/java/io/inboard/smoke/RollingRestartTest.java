// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Cases;
import io.inboard.smoke.support.Figures;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.LoadClient;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A deployment: five instances restart, one after the other, under load: RATIONALE.md, Scenarios
 * T12.
 */
@Tag("alone")
class RollingRestartTest {
  private static final int INSTANCES = 5;
  private final List<Service.Builder> builders = new ArrayList<>();
  private final List<Service> instances = new ArrayList<>();
  private LoadClient load;

  @BeforeEach
  void startAll() {
    for (int i = 0; i < INSTANCES; i++) {
      Service.Builder builder =
          Service.boot("boot-3.5", "shop" + i, Jdks.own()).agent(Yaml.service("shop"));
      builders.add(builder);
      instances.add(builder.launch());
    }
    for (Service instance : instances) {
      instance.program().awaitLine("Started Shop in");
    }
    List<String> addresses = instances.stream().map(s -> '"' + s.address() + '"').toList();
    load = new LoadClient("rolling");
    load.destination("- {host: shop, endpoints: [" + String.join(", ", addresses) + "]}\n");
  }

  @AfterEach
  void stopAll() {
    instances.forEach(Service::close);
    if (load != null) {
      load.close();
    }
  }

  @Test
  void aRollingRestartFailsNoGet() {
    for (String client : LoadClient.CLIENTS) {
      order(client, 3).run();
    }
    List<LoadClient.Result> steady =
        started(Math.max(5, Cases.SECONDS)).stream().map(LoadClient.Running::end).toList();
    List<LoadClient.Running> running = started(600);
    for (int i = 0; i < INSTANCES; i++) {
      instances.get(i).close();
      instances.set(i, builders.get(i).start());
      Await.pause(1_000);
    }
    for (int i = 0; i < LoadClient.CLIENTS.size(); i++) {
      LoadClient.Result rolling = running.get(i).stop();
      double before = steady.get(i).okMillis("p99");
      Figures.add(
          "T12 rolling restart, " + LoadClient.CLIENTS.get(i),
          "requests %d  failed %d  p50 %.1f  p99 %.1f ms, %.1f before: %.1fx (JVMs start beside)",
          rolling.requests(),
          rolling.failed(),
          rolling.okMillis("p50"),
          rolling.okMillis("p99"),
          before,
          rolling.okMillis("p99") / before);
      assertThat(rolling.requests()).isGreaterThan(100);
      assertThat(rolling.failed()).as(rolling.brief()).isZero();
    }
  }

  private List<LoadClient.Running> started(double seconds) {
    return LoadClient.CLIENTS.stream().map(client -> order(client, seconds).start()).toList();
  }

  private LoadClient.Order order(String client, double seconds) {
    return load.order(client, "http://shop/items/{n}").rate(30, seconds);
  }
}
