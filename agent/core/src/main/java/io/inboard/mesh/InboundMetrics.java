// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.time.Clock;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What {@code status} shows of ports, refusals and our certificate, as metrics. Read when the
 * exporter asks. Every attribute comes from a closed set: ports, reasons, rules of the settings.
 */
final class InboundMetrics {
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<String> TRANSPORT = AttributeKey.stringKey("inboard.transport");
  private static final AttributeKey<String> REASON = ResilienceMetrics.REASON;

  private InboundMetrics() {}

  /**
   * Registers all instruments.
   *
   * @param notAfter when the certificate in force expires; empty without one
   */
  static void register(
      Meter meter,
      Supplier<InboundTraffic.Status> traffic,
      Supplier<Optional<Instant>> notAfter,
      Clock clock) {
    ObservableLongMeasurement requests =
        counts(meter, "inboard.server.requests", "{request}", "Requests, by what secured them.");
    ObservableLongMeasurement connections =
        counts(
            meter,
            "inboard.server.connections",
            "{connection}",
            "Connections that were served, by what secured them; none of ports with mode DISABLE.");
    ObservableLongMeasurement refusedConnections =
        counts(
            meter,
            "inboard.server.connections.refused",
            "{connection}",
            "Connections that were refused before they had a request.");
    ObservableLongMeasurement refusedRequests =
        counts(
            meter,
            "inboard.server.requests.refused",
            "{request}",
            "Requests that were refused, by rule or reason.");
    ObservableDoubleMeasurement expiry =
        meter
            .gaugeBuilder("inboard.identity.expiry")
            .setUnit("s")
            .setDescription("How long our certificate is still valid; negative: it has expired.")
            .buildObserver();
    meter.batchCallback(
        () -> {
          InboundTraffic.Status now = traffic.get();
          for (PortTraffic.Status port : now.ports()) {
            requests.record(port.requests().mutual(), by(port, "mutual"));
            requests.record(port.requests().ownTls(), by(port, "own_tls"));
            requests.record(port.requests().plaintext(), by(port, "plaintext"));
            connections.record(port.connections().mutual(), by(port, "mutual"));
            connections.record(port.connections().plaintext(), by(port, "plaintext"));
            port.refused()
                .forEach(
                    (reason, n) ->
                        refusedConnections.record(
                            n, Attributes.of(PORT, (long) port.port(), REASON, reason)));
          }
          now.refusedRequests()
              .forEach((reason, n) -> refusedRequests.record(n, Attributes.of(REASON, reason)));
          notAfter
              .get()
              .ifPresent(end -> expiry.record((end.toEpochMilli() - clock.epochMillis()) / 1e3));
        },
        requests,
        connections,
        refusedConnections,
        refusedRequests,
        expiry);
  }

  private static Attributes by(PortTraffic.Status port, String transport) {
    return Attributes.of(PORT, (long) port.port(), TRANSPORT, transport);
  }

  private static ObservableLongMeasurement counts(
      Meter meter, String name, String unit, String description) {
    return meter.counterBuilder(name).setUnit(unit).setDescription(description).buildObserver();
  }
}
