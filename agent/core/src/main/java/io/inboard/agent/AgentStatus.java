// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import io.inboard.call.AgentLoop;
import io.inboard.discovery.EndpointFileStatus;
import io.inboard.discovery.NameStatus;
import io.inboard.identity.IdentityStatus;
import io.inboard.mesh.Mesh;
import io.inboard.mesh.MeshInbound;
import io.inboard.mesh.MeshSockets;
import io.inboard.mesh.OutboundStatus;
import io.inboard.policy.PolicyStatus;
import io.inboard.settings.source.SettingsStatus;
import io.inboard.telemetry.TelemetryStatus;
import io.inboard.time.Timer;
import io.inboard.weave.UnitReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code status} shows, from top to bottom.
 *
 * @param version of Inboard
 * @param time when this was read, by the clock of that JVM
 * @param uptimeSeconds since the process began
 * @param service the name in spans and metrics
 * @param sockets ports and connections where they were opened, those that no hook knows among them
 * @param names that endpoints are given by, and what they resolve to
 * @param endpointFiles files that list endpoints, and how reading them stands
 * @param innerAttempts sends that libraries repeated by themselves, by library
 * @param outerAttempts calls to destinations that a library of the application repeated, by library
 * @param pendingTimers bounds of calls and attempts that are under way, and the like
 * @param loops the agent's long-running threads, and the errors that they survived
 * @param errors of ours that were kept from calls; those of hooks stand with their unit
 */
record AgentStatus(
    String version,
    Instant time,
    long uptimeSeconds,
    long pid,
    String java,
    String service,
    boolean enabled,
    SettingsStatus settings,
    IdentityReport identity,
    MeshInbound.InboundStatus inbound,
    MeshSockets.SocketsStatus sockets,
    List<PolicyStatus> destinations,
    List<NameStatus> names,
    List<EndpointFileStatus> endpointFiles,
    Map<String, Long> innerAttempts,
    Map<String, Long> outerAttempts,
    List<UnitReport> hooks,
    TelemetryStatus telemetry,
    int pendingTimers,
    List<AgentLoop.Report> loops,
    long errors) {

  static AgentStatus of(
      String version,
      Mesh mesh,
      MeshSockets.SocketsStatus sockets,
      SettingsStatus settings,
      List<UnitReport> hooks) {
    OutboundStatus outbound = mesh.outbound().status();
    Instant now = Instant.now();
    return new AgentStatus(
        version,
        now,
        ProcessHandle.current()
            .info()
            .startInstant()
            .map(start -> Math.max(0, Duration.between(start, now).toSeconds()))
            .orElse(0L),
        ProcessHandle.current().pid(),
        System.getProperty("java.version"),
        mesh.settings().service().name(),
        mesh.settings().enabled(),
        settings,
        IdentityReport.of(mesh.identity().status(), now),
        mesh.inbound().status(mesh.settings()),
        sockets.with(outbound),
        outbound.destinations(),
        outbound.names(),
        outbound.endpointFiles(),
        outbound.innerAttempts(),
        outbound.outerAttempts(),
        hooks,
        mesh.telemetry().status(),
        Timer.PROCESS.pending(),
        AgentLoop.reports(),
        outbound.errors() + sockets.errors());
  }

  /**
   * The identity in force.
   *
   * @param expiresInSeconds negative: it has expired
   */
  record IdentityReport(
      String id,
      Optional<Instant> notAfter,
      Optional<Long> expiresInSeconds,
      long generation,
      String lastError,
      String warning) {
    static IdentityReport of(IdentityStatus status, Instant now) {
      return new IdentityReport(
          status.id().map(Object::toString).orElse(""),
          status.notAfter(),
          status.notAfter().map(end -> Duration.between(now, end).toSeconds()),
          status.generation(),
          status.lastError().orElse(""),
          status.warning().orElse(""));
    }
  }
}
