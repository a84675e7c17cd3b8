// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Answer.status;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.admission.Arrival;
import io.inboard.admission.RateLimit;
import io.inboard.admission.Shedding;
import io.inboard.call.AgentLoop;
import io.inboard.call.CallerTerms;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import io.inboard.settings.source.Loaded;
import io.inboard.settings.source.SettingsStatus;
import io.inboard.time.VirtualTime;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ResilienceMetricsTest {
  private static final MeshInbound.InboundStatus INBOUND =
      new MeshInbound.InboundStatus(
          "STRICT",
          0,
          3,
          9,
          1,
          new RateLimit.Status(Optional.of("100 per SECOND"), 2),
          new Shedding.Status(30, 4, Map.of("limit", 5L), 6),
          7,
          8,
          0,
          new InboundTraffic.Status(List.of(), Map.of(), List.of()));

  private final World world = new World();
  private final Reader reader = new Reader();

  @Test
  void whatTheStatusKnowsIsExported() {
    world.with(payments(1, 2).breaker(50, 20).outlier(3, 50)).apply();
    world.always(1, status(503));
    for (int i = 0; i < 10; i++) {
      world.get();
    }
    register();
    Map<String, Double> points = reader.read();

    assertThat(points)
        .containsEntry("inboard.client.calls payments", 10.0)
        .containsEntry("inboard.client.inflight payments", 0.0)
        .containsEntry("inboard.client.breaker.state payments", 0.0)
        .containsEntry("inboard.client.window payments success", 10.0)
        .containsEntry("inboard.client.window payments failure", 3.0)
        .containsEntry("inboard.client.retry.suppressed payments", 0.0)
        .containsEntry("inboard.client.hedges payments won", 0.0)
        .containsEntry("inboard.client.faults payments abort", 0.0)
        .containsEntry("inboard.client.fallback payments response", 0.0)
        .containsEntry("inboard.lb.ejected payments", 1.0)
        .containsEntry("inboard.lb.picks payments " + World.address(1), 3.0)
        .containsEntry("inboard.lb.picks payments " + World.address(2), 10.0)
        .containsKey("inboard.client.latency payments 0.99");
    assertThat(points.get("inboard.client.retry.budget.tokens payments")).isBetween(7.0, 10.0);
    assertThat(points.keySet())
        .anySatisfy(key -> assertThat(key).startsWith("inboard.lb.ejections payments "));
  }

  @Test
  void whatTheApplicationRepeatsIsExported() {
    world.with(payments(1)).apply();
    world.terms = CallerTerms.NONE.again("spring-retry");
    world.get();
    register();
    assertThat(reader.read()).containsEntry("inboard.client.outer_attempts spring-retry", 1.0);
  }

  @Test
  void theServerSideIsExported() {
    world.apply();
    register();
    assertThat(reader.read())
        .containsEntry("inboard.server.limit", 30.0)
        .containsEntry("inboard.server.inflight", 4.0)
        .containsEntry("inboard.server.shed limit", 5.0)
        .containsEntry("inboard.server.shed rate_limit", 2.0)
        .containsEntry("inboard.deadline.exceeded", 6.0)
        .containsEntry("inboard.deadline.ignored untrusted", 7.0)
        .containsEntry("inboard.deadline.ignored malformed", 8.0);
  }

  @Test
  void portsRefusalsAndTheCertificateAreExported() {
    VirtualTime time = new VirtualTime();
    InboundTraffic traffic = new InboundTraffic(time);
    Arrival request = Arrival.of("/orders");
    traffic.request(request, request.peer());
    traffic.accepted(8080, true);
    traffic.refused(8080, request.remote(), Refusal.NO_CERTIFICATE);
    traffic.denied(request, request.peer(), new Verdict.Deny(403, "authorization: x"), Mode.STRICT);
    InboundMetrics.register(
        SdkMeterProvider.builder().registerMetricReader(reader).build().get("test"),
        () -> traffic.status(port -> Mode.STRICT),
        () -> Optional.of(Instant.ofEpochMilli(time.epochMillis() + 90_000)),
        time);

    assertThat(reader.read())
        .containsEntry("inboard.server.requests plaintext 8080", 1.0)
        .containsEntry("inboard.server.requests mutual 8080", 0.0)
        .containsEntry("inboard.server.connections mutual 8080", 1.0)
        .containsEntry("inboard.server.connections.refused no certificate 8080", 1.0)
        .containsEntry("inboard.server.requests.refused x", 1.0)
        .containsEntry("inboard.identity.expiry", 90.0);
  }

  @Test
  void whatOurThreadsSurvivedAndSettingsThatCouldNotBeReadAreCounted() {
    AgentLoop loop = AgentLoop.named("inboard-test-metrics");
    AgentMetrics.register(
        SdkMeterProvider.builder().registerMetricReader(reader).build().get("test"),
        () ->
            new SettingsStatus(
                "a.yaml",
                "1",
                Loaded.Origin.SOURCE,
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                7));
    assertThat(reader.read())
        .containsEntry("inboard.agent.errors inboard-test-metrics", 0.0)
        .containsEntry("inboard.settings.failures", 7.0);

    loop.failed(new OutOfMemoryError());
    assertThat(reader.read()).containsEntry("inboard.agent.errors inboard-test-metrics", 1.0);
  }

  private void register() {
    ResilienceMetrics.register(
        SdkMeterProvider.builder().registerMetricReader(reader).build().get("test"),
        world.mesh::status,
        () -> INBOUND);
  }

  @Test
  void aDestinationThatGoesIsExportedNoLonger() {
    world.with(payments(1)).apply();
    world.get();
    register();
    assertThat(reader.read().keySet()).anyMatch(key -> key.contains("payments"));
    world.change();
    assertThat(reader.read().keySet()).noneMatch(key -> key.contains("payments"));
  }

  /** Reads when it is told to. */
  private static final class Reader implements MetricReader {
    private CollectionRegistration source = CollectionRegistration.noop();

    /** By name, and the attributes' values in the order of their keys. */
    Map<String, Double> read() {
      Map<String, Double> points = new TreeMap<>();
      for (MetricData metric : source.collectAllMetrics()) {
        for (PointData point : metric.getData().getPoints()) {
          StringBuilder key = new StringBuilder(metric.getName());
          point.getAttributes().forEach((k, v) -> key.append(' ').append(v));
          points.put(
              key.toString(),
              point instanceof LongPointData counted
                  ? (double) counted.getValue()
                  : ((DoublePointData) point).getValue());
        }
      }
      return points;
    }

    @Override
    public void register(CollectionRegistration registration) {
      source = registration;
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
