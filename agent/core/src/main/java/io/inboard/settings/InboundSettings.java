// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What happens to requests that arrive.
 *
 * @param mtls the mode of ports that are not in portLevelMtls
 * @param portLevelMtls by local port
 * @param authorization in the order of the file
 * @param declared whether the settings have a section {@code inbound} or {@code identity}, whatever
 *     it says
 * @param server limits; keys {@code inbound.concurrencyLimit}, {@code inbound.rateLimit} and {@code
 *     server}
 * @param unknownServers as the settings say it; empty: REFUSE for ports that are STRICT or
 *     authorized, WARN for the others
 */
public record InboundSettings(
    MtlsMode mtls,
    Map<Integer, MtlsMode> portLevelMtls,
    List<AuthorizationRule> authorization,
    boolean declared,
    ServerSettings server,
    Optional<UnknownServers> unknownServers) {
  /** As a section {@code inbound} that says this. */
  public InboundSettings(
      MtlsMode mtls,
      Map<Integer, MtlsMode> portLevelMtls,
      List<AuthorizationRule> authorization,
      ServerSettings server,
      Optional<UnknownServers> unknownServers) {
    this(mtls, portLevelMtls, authorization, true, server, unknownServers);
  }

  public InboundSettings {
    portLevelMtls = Map.copyOf(portLevelMtls);
    authorization = List.copyOf(authorization);
    Objects.requireNonNull(unknownServers);
  }

  /** Without a word on servers that no hook knows. */
  public InboundSettings(
      MtlsMode mtls,
      Map<Integer, MtlsMode> portLevelMtls,
      List<AuthorizationRule> authorization,
      ServerSettings server) {
    this(mtls, portLevelMtls, authorization, server, Optional.empty());
  }

  /** How a port is treated. */
  public MtlsMode mode(int port) {
    return portLevelMtls.getOrDefault(port, mtls);
  }

  /** Whether the settings name a port, and leave it alone. */
  public boolean exempts(int port) {
    return portLevelMtls.get(port) == MtlsMode.DISABLE;
  }

  /** What becomes of a port whose server no hook knows. */
  public enum UnknownServers {
    /** It does not open. */
    REFUSE,
    /** It opens; the log says so once, and status lists it. */
    WARN,
    /** It opens; status lists it. */
    IGNORE
  }

  /** The same, but every port is STRICT and denies everything. */
  InboundSettings refusing() {
    AuthorizationRule everything =
        new AuthorizationRule(Action.DENY, List.of(), List.of(), List.of(), List.of(), List.of());
    return new InboundSettings(
        MtlsMode.STRICT, Map.of(), List.of(everything), server, unknownServers);
  }

  /** The same, as if the settings had one of the two sections. */
  InboundSettings declaredAnyway() {
    return new InboundSettings(mtls, portLevelMtls, authorization, true, server, unknownServers);
  }

  /** Whether STRICT holds anywhere. */
  public boolean anyStrict() {
    return mtls == MtlsMode.STRICT || portLevelMtls.containsValue(MtlsMode.STRICT);
  }

  /** Istio's words (PeerAuthentication). */
  public enum MtlsMode {
    DISABLE,
    PERMISSIVE,
    STRICT
  }

  /** ALLOW or DENY. */
  public enum Action {
    ALLOW,
    DENY
  }

  /**
   * One rule; an empty list does not restrict. Values match exactly, or by prefix ({@code a*}),
   * suffix ({@code *a}), presence ({@code *}), as in Istio's AuthorizationPolicy.
   *
   * @param principals SPIFFE ids without the scheme
   * @param namespaces the {@code /ns/NAME/} of the SPIFFE id
   */
  public record AuthorizationRule(
      Action action,
      List<String> principals,
      List<String> namespaces,
      List<String> methods,
      List<String> paths,
      List<Integer> ports) {
    public AuthorizationRule {
      principals = List.copyOf(principals);
      namespaces = List.copyOf(namespaces);
      methods = List.copyOf(methods);
      paths = List.copyOf(paths);
      ports = List.copyOf(ports);
    }
  }
}
