// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How calls to one logical host are made.
 *
 * @param host exact, or {@code *.suffix}; lower case
 * @param port 0: any
 * @param endpoints empty: the library resolves the host itself, and only the policies apply
 * @param timeout of the whole call; empty: none
 */
public record DestinationSettings(
    String host,
    int port,
    List<EndpointSettings> endpoints,
    TlsSettings tls,
    Optional<Duration> timeout,
    RetrySettings retries,
    Balancer loadBalancer,
    Duration connectTimeout,
    Optional<OutlierSettings> outlierDetection,
    Optional<BreakerSettings> circuitBreaker) {
  public DestinationSettings {
    endpoints = List.copyOf(endpoints);
  }

  /** As in the file: {@code payments} or {@code payments:8080}. */
  public String name() {
    return port == 0 ? host : host + ":" + port;
  }

  /**
   * One instance.
   *
   * @param host an IP literal (IPv6 without brackets) or a name
   * @param weight 1 or more
   */
  public record EndpointSettings(String host, int port, int weight) {}

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

  /** Istio's words (ClientTLSSettings). */
  public enum TlsMode {
    DISABLE,
    /** TLS without a client certificate, judged by the JVM's trust store and the host name. */
    SIMPLE,
    MUTUAL
  }

  /**
   * What is repeated, and when.
   *
   * @param attempts retries after the first attempt; 0: none
   * @param retryOn what is retried
   * @param idempotentMethods upper case; repeated after failures that may have run; never POST
   * @param backoff base of the exponential back-off
   * @param maxBackoff its cap
   */
  public record RetrySettings(
      int attempts,
      Optional<Duration> perTryTimeout,
      Set<String> retryOn,
      Set<String> idempotentMethods,
      Duration backoff,
      Duration maxBackoff) {
    public RetrySettings {
      retryOn = Set.copyOf(retryOn);
      idempotentMethods = Set.copyOf(idempotentMethods);
    }
  }

  /** Those that work. */
  public enum Balancer {
    ROUND_ROBIN,
    LEAST_REQUEST
  }

  /** Ejection by consecutive failures. */
  public record OutlierSettings(
      int consecutive5xxErrors,
      Duration interval,
      Duration baseEjectionTime,
      int maxEjectionPercent) {}

  /**
   * When calls to the destination are stopped altogether.
   *
   * @param failurePercent 1 to 100
   * @param requestVolume at least so many attempts in the window
   */
  public record BreakerSettings(
      int failurePercent, int requestVolume, Duration window, Duration openFor) {}
}
