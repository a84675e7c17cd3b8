// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.admission.Shedding;
import io.inboard.mesh.MeshInbound.InboundStatus;
import io.inboard.policy.Breaker;
import io.inboard.policy.EjectionReason;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.PolicyStatus.EndpointStatus;
import io.inboard.policy.PolicyStatus.State;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What {@code status} shows of destinations and of the server side, as metrics. Read when the
 * exporter asks, all of them from one status, so that a call pays nothing for them. Names and
 * reasons: RATIONALE.md, Metrics.
 */
final class ResilienceMetrics {
  static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("inboard.destination");

  private static final AttributeKey<String> LIBRARY = AttributeKey.stringKey("inboard.library");
  static final AttributeKey<String> REASON = AttributeKey.stringKey("inboard.reason");

  private final Meter meter;
  private final List<OfDestination> table = new ArrayList<>();
  private final List<ObservableMeasurement> instruments = new ArrayList<>();

  /** One row: where its points go, and which they are. */
  private record OfDestination(Points points, Reading reading) {}

  /** Reads the points of one destination. */
  @FunctionalInterface
  private interface Reading {
    void read(PolicyStatus status, Points to);
  }

  private ResilienceMetrics(Meter meter) {
    this.meter = meter;
  }

  /** Registers all instruments. */
  static void register(
      Meter meter, Supplier<OutboundStatus> outbound, Supplier<InboundStatus> inbound) {
    server(meter, inbound);
    ResilienceMetrics metrics = new ResilienceMetrics(meter);
    metrics.calls();
    metrics.refusals();
    metrics.retries();
    metrics.interventions();
    metrics.endpoints();
    metrics.observe(outbound);
  }

  private void calls() {
    gauge("inboard.client.inflight", "{call}", "Calls under way.", (s, to) -> to.add(s.inFlight()));
    counter("inboard.client.calls", "{call}", "Calls.", (s, to) -> to.add(s.calls()));
    counter(
        "inboard.client.timeouts",
        "{timeout}",
        "Calls and attempts that ran out of time.",
        (s, to) -> {
          to.add(s.timeouts(), "kind", "total");
          to.add(s.perTryTimeouts(), "kind", "per_try");
        });
    gauge(
        "inboard.client.window",
        "{attempt}",
        "Attempts of the last ten seconds.",
        (s, to) -> {
          to.add(s.window().success(), "result", "success");
          to.add(s.window().failure(), "result", "failure");
        });
    gauge(
        "inboard.client.latency",
        "s",
        "Time to the response head over the last ten seconds.",
        (s, to) -> {
          PolicyStatus.Latency l = s.latency();
          if (l.count() > 0) {
            to.add(l.p50() / 1000, "quantile", "0.5");
            to.add(l.p90() / 1000, "quantile", "0.9");
            to.add(l.p95() / 1000, "quantile", "0.95");
            to.add(l.p99() / 1000, "quantile", "0.99");
            to.add(l.p999() / 1000, "quantile", "0.999");
          }
        });
  }

  private void refusals() {
    gauge(
        "inboard.client.breaker.state",
        "{state}",
        "The circuit breaker: 0 closed, 1 half-open, 2 open.",
        (s, to) -> s.breaker().ifPresent(phase -> to.add(number(phase))));
    counter(
        "inboard.client.breaker.opened",
        "{opening}",
        "How often the circuit breaker opened.",
        (s, to) -> to.add(s.breakerOpened()));
    counter(
        "inboard.client.breaker.rejected",
        "{call}",
        "Calls that the open circuit breaker refused.",
        (s, to) -> to.add(s.shortCircuited()));
    counter(
        "inboard.client.overflow",
        "{call}",
        "Calls that were refused because too many were under way.",
        (s, to) -> to.add(s.overflowed()));
    counter(
        "inboard.client.throttled",
        "{call}",
        "Calls that were refused because much of what was sent before failed.",
        (s, to) -> to.add(s.throttled()));
  }

  private void retries() {
    gauge(
        "inboard.client.retry.budget.tokens",
        "{retry}",
        "Retries that the budget would pay for now.",
        (s, to) -> to.add(s.budgetTokens()));
    counter(
        "inboard.client.retry.budget.denied",
        "{retry}",
        "Retries that were not made for want of budget.",
        (s, to) -> to.add(s.retriesDenied()));
    counter(
        "inboard.client.retry.suppressed",
        "{retry}",
        "Retries left out: a retry of the caller is served, or the server asked for none.",
        (s, to) -> to.add(s.limits().retriesSuppressed()));
    counter(
        "inboard.client.retry.same_endpoint",
        "{retry}",
        "Retries that went where the call had failed before.",
        (s, to) -> to.add(s.limits().retriesOnSameEndpoint()));
    counter(
        "inboard.client.hedges",
        "{attempt}",
        "Attempts beside a slow one; since hedging was set as it is.",
        (s, to) -> {
          to.add(s.limits().hedgesWon(), "outcome", "won");
          to.add(s.limits().hedgesLost(), "outcome", "lost");
          to.add(s.limits().hedgesDenied(), "outcome", "denied");
        });
    counter(
        "inboard.client.retry.skipped",
        "{body}",
        "Bodies that were too large to be kept for a repetition.",
        (s, to) -> to.add(s.limits().bodiesNotKept()));
    gauge(
        "inboard.client.pending",
        "{call}",
        "Calls that wait for a connection.",
        (s, to) -> to.add(s.limits().pending()));
  }

  private void interventions() {
    counter(
        "inboard.client.faults",
        "{call}",
        "Calls that were delayed or answered on purpose.",
        (s, to) -> {
          to.add(s.interventions().faultsDelayed(), "kind", "delay");
          to.add(s.interventions().faultsAborted(), "kind", "abort");
        });
    counter(
        "inboard.client.fallback",
        "{call}",
        "Failures in whose place the application got something else.",
        (s, to) -> {
          to.add(s.interventions().lastGood(), "kind", "last_good");
          to.add(s.interventions().elsewhere(), "kind", "destination");
          to.add(s.interventions().response(), "kind", "response");
        });
    counter(
        "inboard.lb.probes",
        "{attempt}",
        "Attempts to endpoints whose ejection had run out.",
        (s, to) -> {
          to.add(s.probesSucceeded(), "outcome", "success");
          to.add(s.probesFailed(), "outcome", "failure");
        });
  }

  private void endpoints() {
    counter(
        "inboard.lb.picks",
        "{attempt}",
        "Attempts that were sent to an endpoint.",
        (s, to) -> s.endpoints().forEach(e -> to.add(e.requests(), "endpoint", e.address())));
    gauge(
        "inboard.lb.ewma",
        "s",
        "The average time to the response head that balancing goes by.",
        (s, to) ->
            s.endpoints().forEach(e -> to.add(e.ewmaMillis() / 1000, "endpoint", e.address())));
    gauge(
        "inboard.lb.warming",
        "{endpoint}",
        "New endpoints whose share still grows.",
        (s, to) -> to.add(s.endpoints().stream().filter(EndpointStatus::warming).count()));
    counter(
        "inboard.lb.zone",
        "{attempt}",
        "Attempts within the zone of this JVM, and to others; none where zones are not known.",
        (s, to) -> {
          to.add(s.zoneLocal(), "zone", "local");
          to.add(s.zoneCross(), "zone", "cross");
        });
    gauge(
        "inboard.lb.ejected",
        "{endpoint}",
        "Endpoints that are taken out.",
        (s, to) -> to.add(s.endpoints().stream().filter(ResilienceMetrics::isOut).count()));
    counter(
        "inboard.lb.ejections",
        "{ejection}",
        "How often endpoints were taken out.",
        (s, to) -> {
          for (EjectionReason reason : EjectionReason.values()) {
            long count = 0;
            for (EndpointStatus e : s.endpoints()) {
              count += e.ejectionsBy().getOrDefault(reason, 0L);
            }
            if (count > 0) {
              to.add(count, "reason", reason.name().toLowerCase(Locale.ROOT));
            }
          }
        });
    counter(
        "inboard.lb.panic",
        "{call}",
        "Calls for which ejections were ignored, because too few endpoints were left.",
        (s, to) -> to.add(s.panicked()));
  }

  private static boolean isOut(EndpointStatus endpoint) {
    return endpoint.state() == State.EJECTED || endpoint.state() == State.PROBING;
  }

  private static void server(Meter meter, Supplier<InboundStatus> inbound) {
    ObservableDoubleMeasurement limit =
        values(
            meter,
            "inboard.server.limit",
            "{request}",
            "Requests that may be under way at once; absent without a limit.");
    ObservableDoubleMeasurement inFlight =
        values(meter, "inboard.server.inflight", "{request}", "Requests under way.");
    ObservableLongMeasurement shed =
        counts(
            meter,
            "inboard.server.shed",
            "{request}",
            "Requests that were refused to keep the service alive.");
    ObservableLongMeasurement exceeded =
        counts(
            meter,
            "inboard.deadline.exceeded",
            "{request}",
            "Requests that were served though the caller did not wait any more.");
    ObservableLongMeasurement ignored =
        counts(
            meter,
            "inboard.deadline.ignored",
            "{request}",
            "Deadlines that were not believed or could not be read.");
    meter.batchCallback(
        () -> {
          InboundStatus status = inbound.get();
          Shedding.Status load = status.load();
          if (load.limit() != Integer.MAX_VALUE) {
            limit.record(load.limit());
          }
          inFlight.record(load.inFlight());
          load.shed().forEach((reason, n) -> shed.record(n, Attributes.of(REASON, reason)));
          if (status.rateLimit().refused() > 0) {
            shed.record(status.rateLimit().refused(), Attributes.of(REASON, "rate_limit"));
          }
          exceeded.record(load.expired());
          ignored.record(status.deadlinesUntrusted(), Attributes.of(REASON, "untrusted"));
          ignored.record(status.deadlinesMalformed(), Attributes.of(REASON, "malformed"));
        },
        limit,
        inFlight,
        shed,
        exceeded,
        ignored);
  }

  private static int number(Breaker.Phase phase) {
    return switch (phase) {
      case CLOSED -> 0;
      case HALF_OPEN -> 1;
      case OPEN -> 2;
    };
  }

  private void counter(String name, String unit, String description, Reading reading) {
    ObservableLongMeasurement to = counts(meter, name, unit, description);
    add(to, new Points(Optional.of(to), Optional.empty()), reading);
  }

  private void gauge(String name, String unit, String description, Reading reading) {
    ObservableDoubleMeasurement to = values(meter, name, unit, description);
    add(to, new Points(Optional.empty(), Optional.of(to)), reading);
  }

  private static ObservableLongMeasurement counts(
      Meter meter, String name, String unit, String description) {
    return meter.counterBuilder(name).setUnit(unit).setDescription(description).buildObserver();
  }

  private static ObservableDoubleMeasurement values(
      Meter meter, String name, String unit, String description) {
    return meter.gaugeBuilder(name).setUnit(unit).setDescription(description).buildObserver();
  }

  private void add(ObservableMeasurement instrument, Points points, Reading reading) {
    instruments.add(instrument);
    table.add(new OfDestination(points, reading));
  }

  private void observe(Supplier<OutboundStatus> outbound) {
    ObservableLongMeasurement inner =
        counts(
            meter,
            "inboard.client.inner_attempts",
            "{attempt}",
            "Sends that libraries repeated by themselves.");
    instruments.add(inner);
    ObservableLongMeasurement outer =
        counts(
            meter,
            "inboard.client.outer_attempts",
            "{call}",
            "Calls to destinations that libraries of the application repeated.");
    instruments.add(outer);
    meter.batchCallback(
        () -> {
          OutboundStatus now = outbound.get();
          now.innerAttempts()
              .forEach((library, n) -> inner.record(n, Attributes.of(LIBRARY, library)));
          now.outerAttempts()
              .forEach((library, n) -> outer.record(n, Attributes.of(LIBRARY, library)));
          for (PolicyStatus status : now.destinations()) {
            for (OfDestination row : table) {
              row.points.destination = status.name();
              row.reading.read(status, row.points);
            }
          }
        },
        instruments.get(0),
        instruments.subList(1, instruments.size()).toArray(ObservableMeasurement[]::new));
  }

  /** Where one instrument's points go. Used by the one thread that collects metrics. */
  private static final class Points {
    private final Optional<ObservableLongMeasurement> counts;
    private final Optional<ObservableDoubleMeasurement> values;
    private String destination = "";

    Points(
        Optional<ObservableLongMeasurement> counts, Optional<ObservableDoubleMeasurement> values) {
      this.counts = counts;
      this.values = values;
    }

    void add(double value) {
      record(value, Map.of());
    }

    void add(double value, String key, String text) {
      record(value, Map.of("inboard." + key, text));
    }

    private void record(double value, Map<String, String> more) {
      AttributesBuilder attributes = Attributes.builder().put(DESTINATION, destination);
      more.forEach(attributes::put);
      Attributes built = attributes.build();
      counts.ifPresent(c -> c.record((long) value, built));
      values.ifPresent(v -> v.record(value, built));
    }
  }
}
