// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.identity.IdentityStatus;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.Timer;
import io.inboard.settings.SettingsStatus;
import io.inboard.telemetry.TelemetryStatus;
import io.inboard.weave.UnitReport;
import java.util.List;
import java.util.Map;

/**
 * What {@code status} shows, from top to bottom.
 *
 * @param service the name in spans and metrics
 * @param innerAttempts sends that libraries repeated by themselves, by library
 * @param pendingTimers bounds of calls and attempts that are under way, and the like
 * @param errors of ours that were kept from calls; those of hooks stand with their unit
 */
record AgentStatus(
    long pid,
    String java,
    String service,
    boolean enabled,
    SettingsStatus settings,
    IdentityReport identity,
    MeshInbound.InboundStatus inbound,
    List<PolicyStatus> destinations,
    Map<String, Long> innerAttempts,
    List<UnitReport> hooks,
    TelemetryStatus telemetry,
    int pendingTimers,
    long errors) {

  static AgentStatus of(Mesh mesh, SettingsStatus settings, List<UnitReport> hooks) {
    OutboundStatus outbound = mesh.outbound().status();
    return new AgentStatus(
        ProcessHandle.current().pid(),
        System.getProperty("java.version"),
        mesh.settings().service().name(),
        mesh.settings().enabled(),
        settings,
        IdentityReport.of(mesh.identity().status()),
        mesh.inbound().status(mesh.settings()),
        outbound.destinations(),
        outbound.innerAttempts(),
        hooks,
        mesh.telemetry().status(),
        Timer.PROCESS.pending(),
        outbound.errors());
  }

  /** The identity in force, as text. */
  record IdentityReport(String id, String notAfter, long generation, String lastError) {
    static IdentityReport of(IdentityStatus status) {
      return new IdentityReport(
          status.id().map(Object::toString).orElse(""),
          status.notAfter().map(Object::toString).orElse(""),
          status.generation(),
          status.lastError().orElse(""));
    }
  }
}
