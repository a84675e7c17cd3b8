// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How calls to one logical host are made.
 *
 * @param host exact, or {@code *.suffix}; lower case
 * @param port 0: any
 * @param endpoints where they are known from
 * @param timeout of the whole call; empty: none
 * @param resilience false: no policy of this destination acts but TLS and balancing (kill switch)
 * @param deadlineMode empty: as for the whole JVM
 * @param matchesEndpoints whether a call to the address of one of the endpoints is a call to this
 *     destination, too; then the host is exact, and the endpoints are known
 * @param unknownClients where TLS is MUTUAL: connections by clients that no hook knows, and calls
 *     to its endpoints by another name than the host
 * @param routes first match wins; none matches: the destination's own policies
 * @param subsets labels that an endpoint must carry, by the subset's name
 */
public record DestinationSettings(
    String host,
    int port,
    EndpointSettings endpoints,
    boolean matchesEndpoints,
    TlsSettings tls,
    boolean resilience,
    Optional<Duration> timeout,
    RetrySettings retries,
    BudgetSettings retryBudget,
    BalancerSettings loadBalancer,
    PoolSettings connectionPool,
    Optional<OutlierSettings> outlierDetection,
    Optional<BreakerSettings> circuitBreaker,
    Optional<AdmissionSettings> admissionControl,
    Optional<HedgeSettings> hedge,
    Optional<FallbackSettings> fallback,
    Optional<FaultSettings> fault,
    Optional<DeadlineSettings.Mode> deadlineMode,
    UnknownClients unknownClients,
    List<RouteSettings> routes,
    Map<String, Map<String, String>> subsets) {
  public DestinationSettings {
    Objects.requireNonNull(endpoints);
    routes = List.copyOf(routes);
    subsets = Map.copyOf(subsets);
  }

  /** The same, and deadlines are neither obeyed nor passed on. */
  public DestinationSettings withoutDeadlines() {
    return new DestinationSettings(
        host,
        port,
        endpoints,
        matchesEndpoints,
        tls,
        resilience,
        timeout,
        retries,
        retryBudget,
        loadBalancer,
        connectionPool,
        outlierDetection,
        circuitBreaker,
        admissionControl,
        hedge,
        fallback,
        fault,
        Optional.of(DeadlineSettings.Mode.OFF),
        unknownClients,
        routes,
        subsets);
  }

  /** As in the file: {@code payments} or {@code payments:8080}. */
  public String name() {
    return port == 0 ? host : host + ":" + port;
  }

  /** The endpoints that the settings list; none where they list none, or do not list. */
  public List<Instance> listed() {
    return endpoints instanceof EndpointSettings.Listed list ? list.instances() : List.of();
  }

  /**
   * How connections to the endpoints are secured.
   *
   * @param principals SPIFFE ids without the scheme; empty: any of our trust domain
   */
  public record TlsSettings(TlsMode mode, List<String> principals) {
    public TlsSettings {
      principals = List.copyOf(principals);
    }
  }

  /** What becomes of a connection by a client that no hook knows, where TLS is MUTUAL. */
  public enum UnknownClients {
    /** It fails. */
    REFUSE,
    /** It is made, as the application makes it; the log says so once, and status counts. */
    WARN
  }

  /** Istio's words (ClientTLSSettings). */
  public enum TlsMode {
    DISABLE,
    /** TLS without a client certificate, judged by the JVM's trust store and the host name. */
    SIMPLE,
    MUTUAL
  }

  /**
   * When calls to the destination are stopped altogether (RATIONALE.md, Breaker).
   *
   * @param failurePercent 1 to 100
   * @param requestVolume at least so many attempts in the window
   */
  public record BreakerSettings(
      int failurePercent, int requestVolume, Duration window, Duration openFor) {}

  /**
   * How much may be under way (RATIONALE.md, Bulkhead); Istio's words.
   *
   * @param connectTimeout 0: none
   * @param maxConnections attempts over HTTP/1.1 under way at once; {@link #UNLIMITED}
   * @param http1MaxPendingRequests calls that may wait for one of these; {@link #UNLIMITED}
   * @param http2MaxRequests calls under way at once; {@link #UNLIMITED}
   * @param maxRetries retries under way at once; {@link #UNLIMITED}
   */
  public record PoolSettings(
      Duration connectTimeout,
      int maxConnections,
      int http1MaxPendingRequests,
      int http2MaxRequests,
      int maxRetries) {
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** No cap but on the time to connect. */
    public static final PoolSettings DEFAULT = uncapped(Duration.ofSeconds(10));

    /** No cap at all. */
    public static final PoolSettings NONE = uncapped(Duration.ZERO);

    private static PoolSettings uncapped(Duration connectTimeout) {
      return new PoolSettings(connectTimeout, UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED);
    }
  }

  /**
   * Client throttling (RATIONALE.md, Throttling): the more a destination fails, the less is sent.
   *
   * @param successRateThreshold percent, above which nothing is refused; 1 to 100
   * @param aggression 1: linear; more refuses more. At least 1
   * @param max the most that is refused, percent
   */
  public record AdmissionSettings(
      double successRateThreshold, double aggression, Duration window, double max) {}

  /**
   * A second attempt beside a slow one (RATIONALE.md, Hedging).
   *
   * @param afterPercentile of the destination's latency, 50 to 99.9; ignored if {@code after} is
   *     given
   * @param after a fixed time; empty: the percentile
   * @param maxExtraPercent of the calls
   * @param onPerTryTimeout a second attempt when the first has used up its perTryTimeout, without
   *     stopping that one (Envoy's hedge_on_per_try_timeout)
   */
  public record HedgeSettings(
      double afterPercentile,
      Optional<Duration> after,
      double maxExtraPercent,
      boolean onPerTryTimeout) {}

  /**
   * What the application gets when all else has failed (RATIONALE.md, Fallback); tried in this
   * order.
   *
   * @param lastGood the last good answer to the same GET
   * @param destination the name of another destination, or of a subset of this one
   * @param response a fixed answer
   */
  public record FallbackSettings(
      Optional<LastGood> lastGood,
      Optional<String> destination,
      Optional<StaticResponse> response) {
    /**
     * Answers that are kept for later.
     *
     * @param maxAge how old they may be
     * @param maxBytes of one body
     * @param maxEntries the least recently used one goes first
     */
    public record LastGood(Duration maxAge, int maxBytes, int maxEntries) {}

    /** A fixed answer. */
    public record StaticResponse(int status, Map<String, String> headers, String body) {
      public StaticResponse {
        headers = Map.copyOf(headers);
      }
    }
  }

  /** Starts from these settings. */
  public DestinationBuilder toBuilder() {
    return builder(host)
        .port(port)
        .endpoints(endpoints)
        .matchesEndpoints(matchesEndpoints)
        .tls(tls)
        .resilience(resilience)
        .timeout(timeout)
        .retries(retries)
        .retryBudget(retryBudget)
        .loadBalancer(loadBalancer)
        .connectionPool(connectionPool)
        .outlierDetection(outlierDetection)
        .circuitBreaker(circuitBreaker)
        .admissionControl(admissionControl)
        .hedge(hedge)
        .fallback(fallback)
        .fault(fault)
        .deadlineMode(deadlineMode)
        .unknownClients(unknownClients)
        .routes(routes)
        .subsets(subsets);
  }

  /** What is left when resilience is switched off: TLS, balancing, and which subset serves whom. */
  public DestinationSettings withoutResilience() {
    return toBuilder()
        .resilience(false)
        .timeout(Optional.empty())
        .retries(retries.off())
        .connectionPool(PoolSettings.NONE)
        .outlierDetection(Optional.empty())
        .circuitBreaker(Optional.empty())
        .admissionControl(Optional.empty())
        .hedge(Optional.empty())
        .fallback(Optional.empty())
        .fault(Optional.empty())
        .deadlineMode(Optional.of(DeadlineSettings.Mode.OFF))
        .build();
  }

  /** What holds for calls of a route. Resilience that is off stays off. */
  public DestinationSettings under(RouteSettings route) {
    DestinationSettings merged =
        toBuilder()
            .timeout(route.timeout().or(() -> timeout).filter(t -> !t.isZero()))
            .retries(route.retries().orElse(retries))
            .fault(route.fault().or(() -> fault))
            .build();
    return resilience && route.resilience().orElse(true) ? merged : merged.withoutResilience();
  }

  /** Starts from the defaults, for a host whose endpoints are not listed. */
  public static DestinationBuilder builder(String host) {
    return new DestinationBuilder(host);
  }
}
