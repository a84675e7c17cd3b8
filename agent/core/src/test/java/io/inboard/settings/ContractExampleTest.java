// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.BalancerSettings.Simple;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.TelemetrySettings.Sampler;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The example of the contract, as far as this version supports it. */
class ContractExampleTest {
  private static final String EXAMPLE =
      """
      enabled: true
      service:
        name: orders
        namespace: shop
        version: "1.4"
        zone: eu-1a
      telemetry:
        traces: {exporter: otlp, sampler: parentbased_traceidratio, ratio: 0.25}
        metrics: {exporter: none}
        propagators: [tracecontext, baggage]
        exclude: ["/health", "/actuator/**"]
      identity:
        certificateChain: /etc/inboard/tls/cert-chain.pem
        privateKey: /etc/inboard/tls/key.pem
        trustBundle: /etc/inboard/tls/root-cert.pem
        trustDomain: cluster.local
      inbound:
        mtls: STRICT
        portLevelMtls: {8081: DISABLE}
        authorization:
          - {action: ALLOW, from: {principals: ["cluster.local/ns/shop/sa/web"]}, to: {methods: [GET], paths: ["/orders/*"]}}
      destinations:
        - host: payments
          endpoints: ["10.0.0.5:8443", {address: "[::1]:8444", weight: 2}]
          tls: {mode: MUTUAL, principals: ["cluster.local/ns/shop/sa/payments"]}
          timeout: 2s
          retries: {attempts: 3, perTryTimeout: 500ms, retryOn: "connect-failure,503", idempotentMethods: [GET, PUT]}
          loadBalancer: {simple: ROUND_ROBIN}
          connectionPool: {connectTimeout: 1s}
          outlierDetection: {consecutive5xxErrors: 4, interval: 1s, baseEjectionTime: 3s, maxEjectionPercent: 20}
          circuitBreaker: {failurePercent: 40, requestVolume: 10, window: 5s, openFor: 2s}
        - host: "Stock:8080"
        - host: "*.shop"
      reload: {interval: 1s}
      """;

  private final SettingsReader reader = new SettingsReader(Map.of(), "app.jar");

  @Test
  void everyValueArrives() throws Exception {
    Settings settings = reader.read(EXAMPLE, "inboard.yaml");

    assertThat(settings.enabled()).isTrue();
    assertThat(settings.service())
        .isEqualTo(new ServiceSettings("orders", "shop", "1.4", "eu-1a", Map.of()));
    assertThat(settings.telemetry().sampler()).isEqualTo(Sampler.PARENTBASED_TRACEIDRATIO);
    assertThat(settings.telemetry().ratio()).isEqualTo(0.25);
    assertThat(settings.telemetry().metrics()).isEqualTo(TelemetrySettings.Exporter.NONE);
    assertThat(settings.telemetry().exclude()).containsExactly("/health", "/actuator/**");
    assertThat(settings.identity().trustDomain()).isEqualTo("cluster.local");
    assertThat(settings.inbound().mtls()).isEqualTo(MtlsMode.STRICT);
    assertThat(settings.inbound().portLevelMtls()).containsOnly(Map.entry(8081, MtlsMode.DISABLE));
    assertThat(settings.inbound().authorization()).hasSize(1);
    assertThat(settings.inbound().authorization().get(0).paths()).containsExactly("/orders/*");
    assertThat(settings.reload().interval()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void aDestinationIsReadWhole() throws Exception {
    DestinationSettings payments = reader.read(EXAMPLE, "inboard.yaml").destinations().get(0);

    assertThat(payments.endpoints())
        .containsExactly(
            new DestinationSettings.EndpointSettings("10.0.0.5", 8443, 1, "", Map.of()),
            new DestinationSettings.EndpointSettings("::1", 8444, 2, "", Map.of()));
    assertThat(payments.tls().principals()).containsExactly("cluster.local/ns/shop/sa/payments");
    assertThat(payments.timeout()).contains(Duration.ofSeconds(2));
    assertThat(payments.retries().attempts()).isEqualTo(3);
    assertThat(payments.retries().perTryTimeout()).contains(Duration.ofMillis(500));
    assertThat(payments.retries().idempotentMethods()).containsExactlyInAnyOrder("GET", "PUT");
    assertThat(payments.retries().retryOn()).containsExactlyInAnyOrder("connect-failure", "503");
    assertThat(payments.loadBalancer().simple()).isEqualTo(Simple.ROUND_ROBIN);
    assertThat(payments.connectionPool().connectTimeout()).isEqualTo(Duration.ofSeconds(1));
    OutlierSettings outlier = payments.outlierDetection().orElseThrow();
    assertThat(outlier.consecutive5xxErrors()).isEqualTo(4);
    assertThat(outlier.interval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(outlier.baseEjectionTime()).isEqualTo(Duration.ofSeconds(3));
    assertThat(outlier.maxEjectionPercent()).isEqualTo(20);
    assertThat(payments.circuitBreaker())
        .contains(
            new DestinationSettings.BreakerSettings(
                40, 10, Duration.ofSeconds(5), Duration.ofSeconds(2)));
  }

  @Test
  void aBareDestinationHasTheDefaults() throws Exception {
    DestinationSettings stock = reader.read(EXAMPLE, "inboard.yaml").destinations().get(1);

    assertThat(stock.host()).isEqualTo("stock");
    assertThat(stock.port()).isEqualTo(8080);
    assertThat(stock.tls().mode()).isEqualTo(TlsMode.DISABLE);
    assertThat(stock.timeout()).isEmpty();
    assertThat(stock.retries().attempts()).isEqualTo(2);
    assertThat(stock.retries().idempotentMethods())
        .containsExactlyInAnyOrder("GET", "HEAD", "OPTIONS", "TRACE");
    assertThat(stock.retries().retryOn())
        .containsExactlyInAnyOrder(
            "connect-failure",
            "refused-stream",
            "reset-before-request",
            "reset-before-response",
            "503");
    assertThat(stock.retries().backoff()).isEqualTo(Duration.ofMillis(25));
    assertThat(stock.retries().maxBackoff()).isEqualTo(Duration.ofMillis(250));
    assertThat(stock.loadBalancer().simple()).isEqualTo(Simple.PEAK_EWMA);
    assertThat(stock.connectionPool().connectTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(stock.outlierDetection()).contains(OutlierSettings.DEFAULT);
    assertThat(stock.circuitBreaker()).isEmpty();
  }

  @Test
  void emptyTextMeansAllDefaults() throws Exception {
    for (String text : new String[] {"", "\n\n", "# nothing\n", "---\n", "{}"}) {
      assertThat(reader.read(text, "inboard.yaml")).isEqualTo(reader.defaults());
    }
    assertThat(reader.defaults().service().name()).isEqualTo("app");
    assertThat(reader.defaults().inbound().mtls()).isEqualTo(MtlsMode.DISABLE);
    assertThat(reader.defaults().reload().interval()).isEqualTo(Duration.ofSeconds(5));
  }
}
