// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls;
import io.inboard.call.Log;
import io.inboard.call.TlsPlan;
import io.inboard.identity.Identity;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.Settings;
import io.inboard.telemetry.Telemetry;
import io.inboard.time.Clock;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * The one place that puts the parts together: settings become a snapshot, a snapshot serves calls.
 * Cheap to make: nothing here loads TLS, the OpenTelemetry SDK or ASM before it is needed.
 */
public final class Mesh {
  /**
   * How long a collector may take to answer while the JVM's end waits; far above any that works.
   */
  private static final Duration LAST_ANSWER = Duration.ofMillis(350);

  private final Identity identity;
  private final Telemetry telemetry;
  private final InboundTls inboundTls;
  private final MeshInbound inbound;
  private final MeshOutbound outbound;

  /** Replaced by {@link #apply}, which is synchronized. */
  private volatile Settings settings;

  /** A mesh by these settings. Serves nothing until {@link #core} is given to the hooks. */
  public Mesh(Settings settings) {
    this(settings, new FoundEndpoints());
  }

  /**
   * The same.
   *
   * @param found is told of endpoints where only the mesh may connect
   */
  public Mesh(Settings settings, FoundEndpoints found) {
    this.settings = settings;
    this.identity = new Identity();
    identity.begin(settings.identity());
    this.telemetry = Telemetry.of(settings.service(), settings.telemetry());
    InboundTraffic traffic = new InboundTraffic(Clock.SYSTEM);
    this.inboundTls = identity.inboundTls(() -> this.settings.inbound(), traffic);
    this.inbound = new MeshInbound(telemetry, identity, inboundTls, traffic);
    this.outbound =
        new MeshOutbound(
            this::plan,
            Telemetry.unusable().isEmpty() ? new TelemetryObserver(telemetry) : CallObserver.NONE,
            telemetry.contexts(),
            found);
    telemetry.observe(
        meter ->
            ResilienceMetrics.register(
                meter, outbound::status, () -> inbound.status(this.settings)));
    telemetry.observe(
        meter ->
            InboundMetrics.register(
                meter,
                () -> inbound.status(this.settings).traffic(),
                () -> identity.status().notAfter(),
                Clock.SYSTEM));
    apply(settings);
  }

  /** What hooks ask. */
  public Inboard.Core core() {
    return new Inboard.Core(outbound, inbound, inboundTls, telemetry.contexts());
  }

  /**
   * Puts settings into force for calls and requests that begin from now on; those under way keep
   * theirs, and what was learnt (ejections, breakers, requests in flight) stays.
   */
  public synchronized void apply(Settings changed) {
    identity.settings(changed.identity());
    telemetry.apply(changed.telemetry());
    settings = changed;
    inbound.apply(changed);
    outbound.apply(changed);
  }

  /**
   * Starts what needs a thread; after premain. Telemetry starts with the first request instead: its
   * exporters load java.util.logging, which the application's main method may have to set up first.
   */
  public void start() {
    identity.watch();
    outbound.start();
    Telemetry.unusable().ifPresent(why -> Log.warnOnce("telemetry", why));
  }

  /** What loads the way of calls and requests, by the settings in force; runs nothing yet. */
  public Rehearsal rehearsal() {
    return new Rehearsal(settings, identity);
  }

  /**
   * Sends what telemetry holds, within the given time, and less where the collector is silent;
   * called while the JVM ends.
   */
  public void close(Duration atMost) {
    identity.close();
    telemetry.close(atMost, LAST_ANSWER);
  }

  private Optional<TlsPlan> plan(DestinationSettings destination, String host) {
    try {
      return Optional.of(
          identity.clientPlan(destination.tls().mode(), host, destination.tls().principals()));
    } catch (SSLException noUsableIdentity) {
      // Said by the identity when it happened; the call is refused with its own message.
      return Optional.empty();
    }
  }

  public Settings settings() {
    return settings;
  }

  public Identity identity() {
    return identity;
  }

  public Telemetry telemetry() {
    return telemetry;
  }

  public MeshInbound inbound() {
    return inbound;
  }

  public MeshOutbound outbound() {
    return outbound;
  }
}
