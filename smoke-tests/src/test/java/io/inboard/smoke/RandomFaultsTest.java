// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Cases;
import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.FaultyServer.Fault;
import io.inboard.smoke.support.Figures;
import io.inboard.smoke.support.Jcmd;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.LoadClient;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Servers fail at random, settings change at random, and afterwards nothing is left of it:
 * RATIONALE.md, Scenarios T15. {@code -Dinboard.soak.seconds} says for how long, {@code
 * -Dinboard.soak.seed} repeats a run.
 */
@Tag("alone")
class RandomFaultsTest {
  private static final int SECONDS = Integer.getInteger("inboard.soak.seconds", 60);
  private static final long SEED =
      Long.getLong("inboard.soak.seed", System.currentTimeMillis() % 1_000_000);

  private final Random random = new Random(SEED);

  @Test
  void randomFaultsAndSettingsLeaveNothingBehind() throws Exception {
    System.out.println("seed: -Dinboard.soak.seed=" + SEED);
    try (Cases.Pool pool = new Cases.Pool(4);
        Service relay = relay(pool);
        LoadClient load = new LoadClient("soak")) {
      load.settings("", settings(pool, relay, 0));
      List<LoadClient.Running> running = new ArrayList<>();
      for (String client : LoadClient.CLIENTS) {
        running.add(load.order(client, "http://pay/{n}").rate(20, 86_400).start());
        running.add(
            load.order(client, "http://pay/v2/{n}").method("POST").rate(10, 86_400).start());
        running.add(
            load.order("jdk", "http://relay/call?client=" + client + "&url=http%3A%2F%2Fpay%2F")
                .rate(5, 86_400)
                .start());
      }
      long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
      long third = end - Duration.ofSeconds(SECONDS).toNanos() * 2 / 3;
      Footprint early = null;
      int changes = 0;
      while (System.nanoTime() < end) {
        shake(pool);
        if (++changes % 3 == 0) {
          load.settings(blocks(), settings(pool, relay, changes));
        }
        if (early == null && System.nanoTime() > third) {
          early = Footprint.of(load.service());
        }
        Await.pause(300 + random.nextInt(500));
      }
      pool.servers.forEach(s -> s.listen().fault(Fault.NONE));
      int requests = 0;
      int ok = 0;
      for (LoadClient.Running each : running) {
        LoadClient.Result result = each.stop();
        requests += result.requests();
        ok += result.ok();
        assertThat(result.json().path("unanswered").asInt()).as(result.brief()).isZero();
      }
      idle(load.service());
      idle(relay);
      // What is held for objects that the collector took goes with the next use of the maps.
      Footprint.of(load.service());
      for (String client : LoadClient.CLIENTS) {
        load.order(client, "http://version/").rate(20, 1).run();
      }
      idle(load.service());
      Footprint late = Footprint.of(load.service());
      Figures.add(
          "T15 soak, " + SECONDS + " s, seed " + SEED,
          "requests %d  ok %d  changes %d  early %s  late %s",
          requests,
          ok,
          changes,
          early,
          late);
      assertThat(load.service().warnings()).isEmpty();
      assertThat(relay.warnings()).isEmpty();
      assertThat(late.threads).as("threads of ours").isLessThanOrEqualTo(early.threads);
      assertThat(late.ours).as("objects of ours").isLessThanOrEqualTo(early.ours * 3 / 2 + 500);
      assertThat(late.calls).as("calls that are held").isLessThanOrEqualTo(early.calls + 100);
    }
  }

  /** Passes on what it is asked for, itself under the agent, with a limit of what it serves. */
  private static Service relay(Cases.Pool pool) {
    return Service.plain("relay", Jdks.own())
        .agent(
            Yaml.service("relay")
                .with("inbound: {concurrencyLimit: {adaptive: gradient, min: 4}}\n")
                .with("deadline: {mode: enforce, trust: any}\n")
                .destinations(pool.destination("pay", "timeout: 2s")))
        .start();
  }

  private void shake(Cases.Pool pool) {
    FaultyServer server = pool.get(random.nextInt(pool.servers.size()));
    switch (random.nextInt(9)) {
      case 0 -> server.fault(Faults.status(503));
      case 1 -> server.fault(Faults.sometimes(30, Faults.status(500)));
      case 2 -> server.fault(Faults.sometimes(20, Faults.silence()));
      case 3 -> server.fault(Faults.sometimes(50, Faults.resetAfterRequest()));
      case 4 -> server.fault(Faults.after(random.nextInt(300), Fault.NONE));
      case 5 -> server.refuse();
      case 6 -> server.keepAlive(() -> 1 + random.nextInt(300));
      default -> server.listen().fault(Fault.NONE).keepAlive(() -> 60_000);
    }
  }

  /** Beside the destinations. */
  private String blocks() {
    return switch (random.nextInt(6)) {
      case 0 -> "resilience: {enabled: false}\n";
      case 1 -> "deadline: {mode: enforce, trust: any}\n";
      default -> "";
    };
  }

  private String settings(Cases.Pool pool, Service relay, int version) {
    List<String> lines = new ArrayList<>();
    lines.add("timeout: " + (500 + random.nextInt(1_500)) + "ms");
    lines.add(
        "retries: {attempts: %d, perTryTimeout: %dms}"
            .formatted(random.nextInt(4), 200 + random.nextInt(300)));
    lines.add("retryBudget: {percent: " + random.nextInt(100) + "}");
    lines.add(
        "loadBalancer: {simple: %s}"
            .formatted(
                List.of("PEAK_EWMA", "LEAST_REQUEST", "ROUND_ROBIN", "RANDOM")
                    .get(random.nextInt(4))));
    lines.add(
        "outlierDetection: {consecutive5xxErrors: %d, interval: 1s, baseEjectionTime: 1s, maxEjectionPercent: %d}"
            .formatted(random.nextInt(6), random.nextInt(101)));
    if (random.nextBoolean()) {
      lines.add("circuitBreaker: {window: 2s, openFor: 500ms}");
    }
    if (random.nextBoolean()) {
      lines.add(
          "connectionPool: {connectTimeout: 300ms, http2MaxRequests: %d, http1MaxPendingRequests: %d}"
              .formatted(1 + random.nextInt(50), random.nextInt(20)));
    }
    if (random.nextBoolean()) {
      lines.add(
          "routes: [{match: {path: {prefix: /v2}}, timeout: 300ms, resilience: {enabled: %b}}]"
              .formatted(random.nextBoolean()));
    }
    if (random.nextBoolean()) {
      lines.add("hedge: {after: p95, maxExtra: 5%}");
    }
    if (random.nextInt(4) == 0) {
      lines.add("fault: {abort: {httpStatus: 503, percentage: 5}}");
    }
    return "# change %d\n".formatted(version)
        + pool.destination("pay", lines.toArray(new String[0]))
        + "- {host: relay, endpoints: [\""
        + relay.address()
        + "\"], timeout: 3s}\n";
  }

  /** Until nothing is under way in that JVM; what was lent has come back. */
  private static void idle(Service service) {
    Await.untilAsserted(
        Duration.ofSeconds(40),
        () -> {
          JsonNode status = service.status();
          for (String name : List.of("inFlight", "retriesUnderWay", "pendingTimers")) {
            assertThat(numbers(status, name)).as(name + " of " + status).isNotEmpty();
            assertThat(numbers(status, name)).as(name + " of " + status).containsOnly(0.0);
          }
          // At most two seconds' share of some hundred requests a second.
          assertThat(numbers(status, "budgetTokens"))
              .as(status.toString())
              .isNotEmpty()
              .allMatch(tokens -> tokens >= 0 && tokens <= 1_000);
          assertThat(numbers(status, "errors")).as(status.toString()).containsOnly(0.0);
        });
  }

  /** All values of that name, wherever they stand. */
  private static List<Double> numbers(JsonNode status, String name) {
    return status.findValues(name).stream().map(JsonNode::asDouble).toList();
  }

  /**
   * What the agent holds after a full collection.
   *
   * @param calls an idle connection of a library may hold the last call that it served
   */
  private record Footprint(long threads, long ours, long calls) {
    static Footprint of(Service service) {
      long pid = service.program().pid();
      return new Footprint(
          Jcmd.threads(pid, "inboard-"),
          Jcmd.instances(pid, "io.inboard."),
          Jcmd.instances(pid, "io.inboard.mesh.MeshCall"));
    }
  }
}
