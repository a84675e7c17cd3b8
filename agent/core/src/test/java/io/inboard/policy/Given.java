// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.settings.BalancerSettings;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DestinationBuilder;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.OutlierSettings;
import io.inboard.settings.RetrySettings;
import io.inboard.settings.RouteSettings;
import io.inboard.settings.RouteSettings.Match;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Settings of a destination, with the defaults of the file. */
public final class Given {
  private final String host;
  private int attempts = 2;
  private Duration perTry;
  private Set<String> retryOn = RetrySettings.DEFAULT.retryOn();
  private Set<String> idempotent = RetrySettings.DEFAULT.idempotentMethods();
  private Set<String> retriable = Set.of();
  private boolean elsewhere = true;
  private boolean retryOfRetry = false;
  private Duration retryAfterMax = RetrySettings.DEFAULT.retryAfterMax();
  private boolean signals = true;
  private boolean trustsKey = false;
  private int maxReplayBytes = RetrySettings.DEFAULT.maxReplayBytes();
  private long maxReplayTotal = RetrySettings.DEFAULT.maxReplayTotal();
  private final Map<String, Integer> endpoints = new LinkedHashMap<>();
  private final Map<String, Map<String, String>> labels = new HashMap<>();
  private final Map<String, String> zones = new HashMap<>();
  private final List<RouteSettings> routes = new ArrayList<>();
  private final DestinationBuilder builder;

  private Given(String host) {
    this.host = host;
    this.builder = DestinationSettings.builder(host).outlierDetection(Optional.empty());
    balancer(BalancerSettings.Simple.ROUND_ROBIN);
  }

  public static Given destination(String host, int... endpoints) {
    Given given = new Given(host);
    for (int n : endpoints) {
      given.endpoints.put("10.0.0." + n, 1);
    }
    return given;
  }

  /** The usual one. */
  public static Given payments(int... endpoints) {
    return destination("payments", endpoints);
  }

  /** The endpoint 10.0.0.N carries this label. */
  public Given labelled(int n, String key, String value) {
    labels.put("10.0.0." + n, Map.of(key, value));
    return this;
  }

  /** Calls that match get these in place of the destination's own. */
  public Given route(Match match, UnaryOperator<RouteSettings> change) {
    routes.add(
        change.apply(
            new RouteSettings(
                match,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of())));
    builder.routes(routes);
    return this;
  }

  /** Whatever has no word of its own here. */
  public Given that(UnaryOperator<DestinationBuilder> change) {
    var unused = change.apply(builder); // It is the same one.
    return this;
  }

  /** Where some of the endpoints are. */
  public Given zone(String zone, int... endpointsThere) {
    for (int n : endpointsThere) {
      zones.put("10.0.0." + n, zone);
    }
    return this;
  }

  public Given port(int port) {
    builder.port(port);
    return this;
  }

  public Given named(String endpointHost, int weight) {
    endpoints.put(endpointHost, weight);
    return this;
  }

  public Given tls(DestinationSettings.TlsMode mode) {
    builder.tls(new DestinationSettings.TlsSettings(mode, List.of()));
    return this;
  }

  public Given timeout(long millis) {
    builder.timeout(Optional.of(Duration.ofMillis(millis)));
    return this;
  }

  public Given perTry(long millis) {
    perTry = Duration.ofMillis(millis);
    return this;
  }

  public Given attempts(int retries) {
    attempts = retries;
    return this;
  }

  public Given retryOn(String keywords) {
    retryOn = Set.of(keywords.split(","));
    return this;
  }

  public Given idempotent(String... methods) {
    idempotent = Set.of(methods);
    return this;
  }

  public Given retriable(String... methods) {
    retriable = Set.of(methods);
    return this;
  }

  public Given anywhere() {
    elsewhere = false;
    return this;
  }

  public Given retryingRetries() {
    retryOfRetry = true;
    return this;
  }

  public Given retryAfterMax(long millis) {
    retryAfterMax = Duration.ofMillis(millis);
    return this;
  }

  public Given withoutSignals() {
    signals = false;
    return this;
  }

  public Given trustingKeys() {
    trustsKey = true;
    return this;
  }

  public Given replay(int ofOne, long ofAll) {
    maxReplayBytes = ofOne;
    maxReplayTotal = ofAll;
    return this;
  }

  public Given deadlines(DeadlineSettings.Mode mode) {
    builder.deadlineMode(Optional.of(mode));
    return this;
  }

  public Given balancer(BalancerSettings.Simple kind) {
    BalancerSettings d = BalancerSettings.DEFAULT;
    builder.loadBalancer(new BalancerSettings(kind, d.consistentHash(), d.warmup(), d.locality()));
    return this;
  }

  /** Consecutive failures only. */
  public Given outlier(int consecutive, int maxPercent) {
    OutlierSettings d = OutlierSettings.DEFAULT;
    builder.outlierDetection(
        Optional.of(
            new OutlierSettings(
                consecutive,
                consecutive,
                consecutive,
                true,
                d.interval(),
                d.baseEjectionTime(),
                d.maxEjectionTime(),
                maxPercent,
                0,
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                1)));
    return this;
  }

  public Given breaker(int percent, int volume) {
    builder.circuitBreaker(
        Optional.of(
            new DestinationSettings.BreakerSettings(
                percent, volume, Duration.ofSeconds(10), Duration.ofSeconds(5))));
    return this;
  }

  public DestinationSettings settings() {
    List<Instance> list = new ArrayList<>();
    endpoints.forEach(
        (h, weight) ->
            list.add(
                new Instance(
                    h, 8080, weight, zones.getOrDefault(h, ""), labels.getOrDefault(h, Map.of()))));
    RetrySettings d = RetrySettings.DEFAULT;
    return builder
        .endpoints(list.isEmpty() ? EndpointSettings.BY_LIBRARY : new EndpointSettings.Listed(list))
        .retries(
            new RetrySettings(
                attempts,
                Optional.ofNullable(perTry),
                retryOn,
                idempotent,
                retriable,
                d.backoff(),
                d.maxBackoff(),
                elsewhere,
                maxReplayBytes,
                maxReplayTotal,
                retryOfRetry,
                retryAfterMax,
                signals,
                trustsKey))
        .build();
  }
}
