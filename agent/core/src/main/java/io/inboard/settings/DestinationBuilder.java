// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import io.inboard.settings.DestinationSettings.AdmissionSettings;
import io.inboard.settings.DestinationSettings.BreakerSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import io.inboard.settings.DestinationSettings.HedgeSettings;
import io.inboard.settings.DestinationSettings.PoolSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.DestinationSettings.TlsSettings;
import io.inboard.settings.DestinationSettings.UnknownClients;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds {@link DestinationSettings} from the defaults. Used by one thread. */
public final class DestinationBuilder {
  private final String host;
  private int port = 0;
  private EndpointSettings endpoints = EndpointSettings.BY_LIBRARY;
  private boolean matchesEndpoints;
  private TlsSettings tls = new TlsSettings(TlsMode.DISABLE, List.of());
  private boolean resilience = true;
  private Optional<Duration> timeout = Optional.empty();
  private RetrySettings retries = RetrySettings.DEFAULT;
  private BudgetSettings retryBudget = BudgetSettings.DEFAULT;
  private BalancerSettings loadBalancer = BalancerSettings.DEFAULT;
  private PoolSettings connectionPool = PoolSettings.DEFAULT;
  private Optional<OutlierSettings> outlierDetection = Optional.of(OutlierSettings.DEFAULT);
  private Optional<BreakerSettings> circuitBreaker = Optional.empty();
  private Optional<AdmissionSettings> admissionControl = Optional.empty();
  private Optional<HedgeSettings> hedge = Optional.empty();
  private Optional<FallbackSettings> fallback = Optional.empty();
  private Optional<FaultSettings> fault = Optional.empty();
  private Optional<DeadlineSettings.Mode> deadlineMode = Optional.empty();
  private UnknownClients unknownClients = UnknownClients.WARN;
  private List<RouteSettings> routes = List.of();
  private Map<String, Map<String, String>> subsets = Map.of();

  DestinationBuilder(String host) {
    this.host = host;
  }

  /** See {@link DestinationSettings#port}. */
  public DestinationBuilder port(int port) {
    this.port = port;
    return this;
  }

  /** See {@link DestinationSettings#endpoints}. */
  public DestinationBuilder endpoints(EndpointSettings endpoints) {
    this.endpoints = endpoints;
    return this;
  }

  /** See {@link DestinationSettings#matchesEndpoints}. */
  public DestinationBuilder matchesEndpoints(boolean matchesEndpoints) {
    this.matchesEndpoints = matchesEndpoints;
    return this;
  }

  /** See {@link DestinationSettings#tls}. */
  public DestinationBuilder tls(TlsSettings tls) {
    this.tls = tls;
    return this;
  }

  /** See {@link DestinationSettings#resilience}. */
  public DestinationBuilder resilience(boolean resilience) {
    this.resilience = resilience;
    return this;
  }

  /** See {@link DestinationSettings#timeout}. */
  public DestinationBuilder timeout(Optional<Duration> timeout) {
    this.timeout = timeout;
    return this;
  }

  /** See {@link DestinationSettings#retries}. */
  public DestinationBuilder retries(RetrySettings retries) {
    this.retries = retries;
    return this;
  }

  /** See {@link DestinationSettings#retryBudget}. */
  public DestinationBuilder retryBudget(BudgetSettings retryBudget) {
    this.retryBudget = retryBudget;
    return this;
  }

  /** See {@link DestinationSettings#loadBalancer}. */
  public DestinationBuilder loadBalancer(BalancerSettings loadBalancer) {
    this.loadBalancer = loadBalancer;
    return this;
  }

  /** See {@link DestinationSettings#connectionPool}. */
  public DestinationBuilder connectionPool(PoolSettings connectionPool) {
    this.connectionPool = connectionPool;
    return this;
  }

  /** See {@link DestinationSettings#outlierDetection}. */
  public DestinationBuilder outlierDetection(Optional<OutlierSettings> outlierDetection) {
    this.outlierDetection = outlierDetection;
    return this;
  }

  /** See {@link DestinationSettings#circuitBreaker}. */
  public DestinationBuilder circuitBreaker(Optional<BreakerSettings> circuitBreaker) {
    this.circuitBreaker = circuitBreaker;
    return this;
  }

  /** See {@link DestinationSettings#admissionControl}. */
  public DestinationBuilder admissionControl(Optional<AdmissionSettings> admissionControl) {
    this.admissionControl = admissionControl;
    return this;
  }

  /** See {@link DestinationSettings#hedge}. */
  public DestinationBuilder hedge(Optional<HedgeSettings> hedge) {
    this.hedge = hedge;
    return this;
  }

  /** See {@link DestinationSettings#fallback}. */
  public DestinationBuilder fallback(Optional<FallbackSettings> fallback) {
    this.fallback = fallback;
    return this;
  }

  /** See {@link DestinationSettings#fault}. */
  public DestinationBuilder fault(Optional<FaultSettings> fault) {
    this.fault = fault;
    return this;
  }

  /** See {@link DestinationSettings#deadlineMode}. */
  public DestinationBuilder deadlineMode(Optional<DeadlineSettings.Mode> deadlineMode) {
    this.deadlineMode = deadlineMode;
    return this;
  }

  /** See {@link DestinationSettings#unknownClients}. */
  public DestinationBuilder unknownClients(UnknownClients unknownClients) {
    this.unknownClients = unknownClients;
    return this;
  }

  /** See {@link DestinationSettings#routes}. */
  public DestinationBuilder routes(List<RouteSettings> routes) {
    this.routes = routes;
    return this;
  }

  /** See {@link DestinationSettings#subsets}. */
  public DestinationBuilder subsets(Map<String, Map<String, String>> subsets) {
    this.subsets = subsets;
    return this;
  }

  /** What was set, and the defaults. */
  public DestinationSettings build() {
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
        deadlineMode,
        unknownClients,
        routes,
        subsets);
  }
}
