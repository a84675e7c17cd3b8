// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.BalancerSettings;
import io.inboard.settings.BalancerSettings.Simple;
import io.inboard.settings.BudgetSettings;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.DestinationSettings.UnknownClients;
import io.inboard.settings.FaultSettings;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.InboundSettings.UnknownServers;
import io.inboard.settings.Instance;
import io.inboard.settings.OutlierSettings;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.RetrySettings;
import io.inboard.settings.RouteSettings;
import io.inboard.settings.RouteSettings.TextMatch;
import io.inboard.settings.RouteSettings.TextMatch.Kind;
import io.inboard.settings.ServerSettings;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.Settings;
import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.TelemetrySettings.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The examples of the contract and of the specification. */
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
        unknownServers: WARN
        authorization:
          - {action: ALLOW, from: {principals: ["cluster.local/ns/shop/sa/web"]}, to: {methods: [GET], paths: ["/orders/*"]}}
      destinations:
        - host: payments
          endpoints: ["10.0.0.5:8443", {address: "[::1]:8444", weight: 2}]
          tls: {mode: MUTUAL, principals: ["cluster.local/ns/shop/sa/payments"]}
          unknownClients: REFUSE
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

  /** The contract's own words, word for word. */
  private static final String CONTRACT =
      """
      identity:
        certificateChain: /etc/inboard/tls/cert-chain.pem
        privateKey: /etc/inboard/tls/key.pem
        trustBundle: /etc/inboard/tls/root-cert.pem
      inbound:
        concurrencyLimit: {adaptive: gradient, min: 20, max: 1000}   # off unless given
      destinations:
        - host: payments
          endpoints: ["10.0.0.5:8443", {address: "10.0.0.6:8443", zone: eu-1b, weight: 2}]
          tls: {mode: MUTUAL, principals: ["cluster.local/ns/shop/sa/payments"]}
          timeout: 2s
          retries: {attempts: 2, perTryTimeout: 500ms, retryOn: "connect-failure,refused-stream,reset-before-request,reset-before-response,503"}
          loadBalancer: {simple: PEAK_EWMA}
          connectionPool: {http2MaxRequests: 1000, connectTimeout: 1s}
          outlierDetection: {consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50}
          circuitBreaker: {failurePercent: 50, requestVolume: 20, window: 10s, openFor: 5s}
          retryBudget: {percent: 20}
          fault: {delay: {fixedDelay: 100ms, percentage: 10}, abort: {httpStatus: 503, percentage: 1}}
          routes:
            - {match: {headers: {x-canary: {exact: "1"}}, method: GET, path: {prefix: /v2}}, subset: v2}
          subsets: {v2: {labels: {version: v2}}}
      """;

  /** The specification's sketch, whose values are all the defaults. */
  private static final String SKETCH =
      """
      destinations:
      - host: reviews.default
        timeout: 0s
        retries: {attempts: 2, backoff: 25ms, maxBackoff: 250ms,
                  idempotentMethods: [GET,HEAD,OPTIONS,TRACE], retryIgnorePreviousHosts: true, maxReplayBytes: 65536, retryOfRetry: false}
        trafficPolicy:
          retryBudget: {percent: 20, minRetriesPerSecond: 1, fundedBy: success}
          loadBalancer: {simple: PEAK_EWMA, warmup: {duration: 30s}}
          outlierDetection: {consecutive5xxErrors: 5, consecutiveGatewayErrors: 5, consecutiveLocalOriginFailures: 5, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 50,
                             failurePercentage: {threshold: 50, requestVolume: 20}}
          circuitBreaker: null
        deadline: {mode: observe}
      """;

  /** Istio's shapes, as far as they differ. */
  private static final String ISTIO =
      """
      resilience: {enabled: false}
      deadline: {mode: enforce, trust: any, headers: [grpc-timeout], maxRejectFraction: 0.5}
      libraryRetries: disable
      server: {maxConcurrent: 100, maxQueueTime: 500ms, dropExpired: true, exempt: [/up]}
      inbound:
        concurrencyLimit: {partitions: {"spiffe://cluster.local/ns/shop/sa/web": 60%, cluster.local/ns/shop/sa/batch: 10}}
      destinations:
      - host: reviews
        endpoints: [{address: "10.0.0.6:8443", zone: eu-1b, labels: {version: v2, track: 7}}]
        resilience: {enabled: false}
        deadline: {mode: "off"}
        trafficPolicy:
          connectionPool: {tcp: {maxConnections: 10, connectTimeout: 2s}, http: {http2MaxRequests: 4294967295, http1MaxPendingRequests: 5, maxRetries: 3}}
          loadBalancer:
            consistentHash: {httpCookie: {name: session}, ringHash: {minimumRingSize: 100}}
            warmupDurationSecs: 20s
            localityLbSetting: {distribute: [{from: a, to: {a: 80, b: 20%}}], failover: [{from: a, to: b}, {from: a, to: c}]}
          outlierDetection: {failurePercentage: null, successRate: null, outlierDetectionHttpErrorCodes: [500, 429], splitExternalLocalOriginErrors: false}
        hedge: {after: 30ms, maxExtra: 2%, onPerTryTimeout: true}
        admissionControl: {}
        fallback: {lastGood: {}, destination: spare, response: {status: 203, headers: {content-type: text/plain}, body: later}}
        retries: {retryOn: [unavailable, cancelled, deadline-exceeded, internal, resource-exhausted, 429], retriableMethods: [GET, POST],
                  retryIgnorePreviousHosts: false, retryAfter: {max: 1s}, signals: false, trustIdempotencyKey: true, retryOfRetry: true}
        routes:
        - match: [{uri: {prefix: /a}, method: {exact: GET}}, {headers: {X-User: {present: true}}}]
          timeout: 0s
          retries: {attempts: 1}
          fault: {abort: {httpStatus: 500, percentage: {value: 0.1}}}
          subsets: {v1: 90, v2: 10}
          resilience: {enabled: true}
        subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
      - host: spare
        endpoints: ["10.0.0.9:80"]
        outlierDetection: null
        circuitBreaker: {}
        hedge: {}
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
    assertThat(((IdentitySettings.InFiles) settings.identity()).trustDomain())
        .isEqualTo("cluster.local");
    assertThat(settings.inbound().mtls()).isEqualTo(MtlsMode.STRICT);
    assertThat(settings.inbound().portLevelMtls()).containsOnly(Map.entry(8081, MtlsMode.DISABLE));
    assertThat(settings.inbound().unknownServers()).contains(UnknownServers.WARN);
    assertThat(settings.inbound().authorization()).hasSize(1);
    assertThat(settings.inbound().authorization().get(0).paths()).containsExactly("/orders/*");
    assertThat(settings.reload().interval()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void aDestinationIsReadWhole() throws Exception {
    DestinationSettings payments = reader.read(EXAMPLE, "inboard.yaml").destinations().get(0);

    assertThat(payments.listed())
        .containsExactly(
            new Instance("10.0.0.5", 8443, 1, "", Map.of()),
            new Instance("::1", 8444, 2, "", Map.of()));
    assertThat(payments.tls().principals()).containsExactly("cluster.local/ns/shop/sa/payments");
    assertThat(payments.unknownClients()).isEqualTo(UnknownClients.REFUSE);
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
  void theContractsExampleIsRead() throws Exception {
    Settings settings = reader.read(CONTRACT, "inboard.yaml");
    DestinationSettings payments = settings.destinations().get(0);

    assertThat(settings.inbound().server().adaptive())
        .contains(new ServerSettings.Adaptive(20, 1_000, Map.of()));
    assertThat(payments.listed().get(1).zone()).isEqualTo("eu-1b");
    assertThat(payments.loadBalancer()).isEqualTo(BalancerSettings.DEFAULT);
    assertThat(payments.connectionPool().http2MaxRequests()).isEqualTo(1_000);
    assertThat(payments.outlierDetection()).contains(OutlierSettings.DEFAULT);
    assertThat(payments.retryBudget()).isEqualTo(BudgetSettings.DEFAULT);
    assertThat(payments.fault())
        .contains(
            new FaultSettings(
                Optional.of(new FaultSettings.Delay(Duration.ofMillis(100), 10)),
                Optional.of(new FaultSettings.Abort(503, 1))));
    assertThat(payments.routes())
        .containsExactly(
            new RouteSettings(
                new RouteSettings.Match(
                    Map.of("x-canary", new TextMatch(Kind.EXACT, "1")),
                    Optional.of(new TextMatch(Kind.EXACT, "GET")),
                    Optional.of(new TextMatch(Kind.PREFIX, "/v2"))),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(new RouteSettings.Share("v2", 100))));
    assertThat(payments.subsets()).isEqualTo(Map.of("v2", Map.of("version", "v2")));
  }

  @Test
  void theSpecificationsSketchIsTheDefault() throws Exception {
    DestinationSettings sketch = reader.read(SKETCH, "inboard.yaml").destinations().get(0);

    assertThat(sketch)
        .isEqualTo(
            DestinationSettings.builder("reviews.default")
                .deadlineMode(Optional.of(DeadlineSettings.Mode.OBSERVE))
                .build());
  }

  @Test
  void istiosShapesAreRead() throws Exception {
    Settings settings = reader.read(ISTIO, "inboard.yaml");
    DestinationSettings reviews = settings.destinations().get(0);

    assertThat(settings.resilience())
        .isEqualTo(
            new ResilienceSettings(
                false,
                new DeadlineSettings(
                    DeadlineSettings.Mode.ENFORCE,
                    DeadlineSettings.Trust.ANY,
                    List.of("grpc-timeout"),
                    0.5),
                ResilienceSettings.LibraryRetries.DISABLE));
    assertThat(settings.inbound().server())
        .isEqualTo(
            new ServerSettings(
                Optional.of(
                    new ServerSettings.Adaptive(
                        20,
                        1_000,
                        Map.of(
                            "cluster.local/ns/shop/sa/web", 60,
                            "cluster.local/ns/shop/sa/batch", 10))),
                100,
                Optional.of(Duration.ofMillis(500)),
                true,
                List.of("/up")));
    assertThat(reviews.resilience()).isFalse();
    assertThat(reviews.deadlineMode()).contains(DeadlineSettings.Mode.OFF);
    assertThat(reviews.listed().get(0).labels()).isEqualTo(Map.of("version", "v2", "track", "7"));
    assertThat(reviews.connectionPool())
        .isEqualTo(
            new DestinationSettings.PoolSettings(
                Duration.ofSeconds(2), 10, 5, DestinationSettings.PoolSettings.UNLIMITED, 3));
    assertThat(reviews.loadBalancer())
        .isEqualTo(
            new BalancerSettings(
                Simple.PEAK_EWMA,
                Optional.of(
                    new BalancerSettings.HashSettings(
                        BalancerSettings.By.COOKIE,
                        "session",
                        BalancerSettings.Algorithm.RING,
                        100,
                        0)),
                new BalancerSettings.WarmupSettings(Duration.ofSeconds(20), 10, 1),
                new BalancerSettings.LocalitySettings(
                    true,
                    6,
                    Map.of("a", List.of("b", "c")),
                    Map.of("a", Map.of("a", 80, "b", 20)))));
    OutlierSettings outlier = reviews.outlierDetection().orElseThrow();
    assertThat(outlier.failurePercentage()).isEmpty();
    assertThat(outlier.successRate()).isEmpty();
    assertThat(outlier.errorCodes()).containsExactlyInAnyOrder(429, 500);
    assertThat(outlier.splitExternalLocalOriginErrors()).isFalse();
    assertThat(reviews.hedge())
        .contains(
            new DestinationSettings.HedgeSettings(95, Optional.of(Duration.ofMillis(30)), 2, true));
    assertThat(reviews.admissionControl())
        .contains(new DestinationSettings.AdmissionSettings(95, 1, Duration.ofSeconds(30), 80));
    assertThat(reviews.fallback())
        .contains(
            new FallbackSettings(
                Optional.of(new FallbackSettings.LastGood(Duration.ofMinutes(10), 65_536, 100)),
                Optional.of("spare"),
                Optional.of(
                    new FallbackSettings.StaticResponse(
                        203, Map.of("content-type", "text/plain"), "later"))));
    DestinationSettings spare = settings.destinations().get(1);
    assertThat(spare.outlierDetection()).isEmpty();
    assertThat(spare.circuitBreaker())
        .contains(
            new DestinationSettings.BreakerSettings(
                50, 20, Duration.ofSeconds(10), Duration.ofSeconds(5)));
    assertThat(spare.hedge())
        .contains(new DestinationSettings.HedgeSettings(95, Optional.empty(), 5, false));
  }

  @Test
  void aRoutesRetriesAreThoseOfItsDestinationButForWhatItSays() throws Exception {
    DestinationSettings reviews = reader.read(ISTIO, "inboard.yaml").destinations().get(0);
    RetrySettings whole = reviews.retries();

    assertThat(whole.retryOn())
        .containsExactlyInAnyOrder(
            "unavailable",
            "cancelled",
            "deadline-exceeded",
            "internal",
            "resource-exhausted",
            "429");
    assertThat(whole.retriableMethods()).containsExactlyInAnyOrder("GET", "POST");
    assertThat(whole.ignorePreviousHosts()).isFalse();
    assertThat(whole.retryAfterMax()).isEqualTo(Duration.ofSeconds(1));
    assertThat(whole.signals()).isFalse();
    assertThat(whole.trustIdempotencyKey()).isTrue();
    assertThat(whole.retryOfRetry()).isTrue();
    // One route for each of its matches.
    assertThat(reviews.routes()).hasSize(2);
    RouteSettings first = reviews.routes().get(0);
    assertThat(first.match().path()).contains(new TextMatch(Kind.PREFIX, "/a"));
    assertThat(reviews.routes().get(1).match().headers())
        .isEqualTo(Map.of("x-user", new TextMatch(Kind.PRESENT, "")));
    assertThat(first.timeout()).contains(Duration.ZERO);
    assertThat(first.resilience()).contains(true);
    assertThat(first.subsets())
        .containsExactly(new RouteSettings.Share("v1", 90), new RouteSettings.Share("v2", 10));
    RetrySettings ofRoute = first.retries().orElseThrow();
    assertThat(ofRoute.attempts()).isEqualTo(1);
    assertThat(ofRoute.retryOn()).isEqualTo(whole.retryOn());
    assertThat(ofRoute.retryAfterMax()).isEqualTo(Duration.ofSeconds(1));
    assertThat(reviews.retries().attempts()).isEqualTo(2);
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
