// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.admission.Authorization;
import io.inboard.balance.Chance;
import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.InboundCall;
import io.inboard.call.OutboundRequest;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Step;
import io.inboard.discovery.Names;
import io.inboard.identity.Identity;
import io.inboard.identity.KeyMaterial;
import io.inboard.mesh.RehearsedRequests.Incoming;
import io.inboard.mesh.RehearsedRequests.Outgoing;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.DestinationSettings.TlsSettings;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.AuthorizationRule;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.Instance;
import io.inboard.settings.Settings;
import io.inboard.telemetry.Telemetry;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The way of a request and of a call, walked once before the application's first ones: those would
 * otherwise load some thousand classes, for longer than an application's own timeout may be.
 *
 * <p>It is walked in a mesh of its own, by the settings in force, with endpoints that nobody
 * connects to and telemetry that nobody hears. Balancers, breakers, counters and sessions in force
 * are not touched, no name is resolved, and nothing is logged but an error of ours. Confined to one
 * thread.
 */
public final class Rehearsal {
  /** Loaded when something makes the first TLS context of the JDK's own. */
  private static final String JDK_TLS = "sun.security.ssl.SSLContextImpl";

  private static final String JDK_LOGGING = "java.util.logging.LogManager";

  /** Further ones would hardly load anything. */
  private static final int MOST_DESTINATIONS = 3;

  /** Nothing takes so long that a bound would strike. */
  private static final Timer NEVER = (task, delay) -> () -> {};

  private static final EndpointSettings NOWHERE =
      new EndpointSettings.Listed(
          List.of(new Instance("127.0.0.1", 1), new Instance("127.0.0.2", 1)));

  private final Settings settings;
  private final List<AuthorizationRule> authorization;
  private final Identity identity;

  Rehearsal(Settings settings, Identity identity) {
    this.settings = rehearsed(settings);
    this.authorization = settings.inbound().authorization();
    this.identity = identity;
  }

  /** The same, but for what would connect, delay or refuse. */
  private static Settings rehearsed(Settings s) {
    InboundSettings in = s.inbound();
    List<DestinationSettings> destinations = new ArrayList<>();
    for (DestinationSettings d : s.destinations()) {
      if (destinations.size() < MOST_DESTINATIONS) {
        destinations.add(
            d.toBuilder()
                .endpoints(NOWHERE)
                .tls(new TlsSettings(TlsMode.DISABLE, List.of()))
                .fault(Optional.empty())
                .build());
      }
    }
    return new Settings(
        s.enabled(),
        s.service(),
        s.telemetry(),
        s.identity(),
        new InboundSettings(
            in.mtls(), in.portLevelMtls(), List.of(), in.server(), in.unknownServers()),
        s.resilience(),
        destinations,
        s.reload(),
        s.log());
  }

  /**
   * Mutual TLS, in memory; nothing without an identity. The JDK's TLS reads its properties and the
   * list of providers once, when it is first used. The application may still want to set them, so
   * nothing is done unless that TLS is in use already. Nor where the mesh is switched off, but for
   * ports that take nothing else.
   *
   * @param loaded whether the JDK has loaded the class of this name
   */
  public void handshake(Predicate<String> loaded) {
    if ((settings.enabled() || strict(settings.inbound())) && loaded.test(JDK_TLS)) {
      identity.rehearse();
    }
  }

  private static boolean strict(InboundSettings inbound) {
    return inbound.mtls() == MtlsMode.STRICT
        || inbound.portLevelMtls().containsValue(MtlsMode.STRICT);
  }

  /** Calls of nobody, and who may call; without telemetry. */
  public void decisions() {
    if (settings.enabled()) {
      new Authorization(authorization).judge(new Incoming(self()));
      calls(outbound(CallObserver.NONE, Contexts.NONE));
      Timer.PROCESS.schedule(() -> {}, 0); // Its thread begins.
    }
  }

  /**
   * A request, and the calls made for it, with spans and measurements. It needs {@code
   * java.util.logging}, which the application must be the first to set up: nothing is done before.
   *
   * @param loaded whether the JDK has loaded the class of this name
   */
  public void traced(Predicate<String> loaded) {
    if (!loaded.test(JDK_LOGGING) || !settings.enabled() || Telemetry.unusable().isPresent()) {
      return;
    }
    Telemetry telemetry = Telemetry.unheard(settings.service(), settings.telemetry());
    try {
      request(telemetry);
    } finally {
      telemetry.close(Duration.ZERO);
    }
  }

  private void request(Telemetry telemetry) {
    InboundTraffic traffic = new InboundTraffic(Clock.SYSTEM);
    MeshInbound inbound =
        new MeshInbound(
            telemetry, identity, identity.inboundTls(settings::inbound, traffic), traffic);
    MeshOutbound outbound = outbound(new TelemetryObserver(telemetry), telemetry.contexts());
    telemetry.observe(
        meter -> {
          ResilienceMetrics.register(meter, outbound::status, () -> inbound.status(settings));
          InboundMetrics.register(
              meter,
              () -> inbound.status(settings).traffic(),
              () -> identity.status().notAfter(),
              Clock.SYSTEM);
        });
    inbound.apply(settings);
    InboundCall call = inbound.begin(new Incoming(self()));
    call.verdict();
    call.writeHeaders(RehearsedRequests.NO_SINK);
    try (Contexts.Scope scope = telemetry.contexts().activate(call.context())) {
      calls(outbound);
    }
    call.route("/");
    call.respond(200, RehearsedRequests.NO_SINK);
    call.end(200, null);
  }

  private MeshOutbound outbound(CallObserver observer, Contexts contexts) {
    MeshOutbound outbound =
        new MeshOutbound(
            TlsPlans.NONE,
            observer,
            contexts,
            Names.ofTheJvm(),
            Clock.SYSTEM,
            NEVER,
            Chance.THREAD);
    outbound.apply(settings);
    return outbound;
  }

  /** We call ourselves. */
  private Optional<PeerIdentity> self() {
    return identity.current().map(KeyMaterial::proven);
  }

  private void calls(MeshOutbound outbound) {
    call(outbound, new Outgoing("rehearsal.invalid", 80), 0);
    for (DestinationSettings d : settings.destinations()) {
      String host = d.host().startsWith("*") ? "rehearsal" + d.host().substring(1) : d.host();
      Outgoing request = new Outgoing(host, d.port() == 0 ? 80 : d.port());
      call(outbound, request, 0);
      call(outbound, request, 1);
    }
  }

  /** What an adapter does with a call, of which so many attempts fail. */
  private static void call(MeshOutbound outbound, OutboundRequest request, int failures) {
    Call call = outbound.begin(request);
    Step step = call.first();
    for (int sent = 0; sent <= failures && step instanceof Step.Send send; sent++) {
      Attempt attempt = send.attempt();
      attempt.connectTimeoutNanos();
      attempt.timeoutNanos();
      attempt.onTimeout(() -> {});
      attempt.writeHeaders(RehearsedRequests.NO_SINK);
      attempt.connected(null);
      attempt.protocolVersion("1.1");
      step =
          sent < failures
              ? call.failed(attempt, new ConnectException(), Call.Progress.NOT_CONNECTED)
              : call.responded(attempt, 200, name -> List.of());
    }
    call.done();
  }
}
