// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.identity.IdentityStatus;
import io.inboard.mesh.FoundEndpoints;
import io.inboard.mesh.Mesh;
import io.inboard.mesh.Rehearsal;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.Settings;
import io.inboard.settings.source.Loaded;
import io.opentelemetry.api.metrics.Meter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The mesh of this JVM, made by the first settings that ask something of it. Switched off, and
 * without TLS on the application's ports, it is not made: the hooks' door stays as it is, where
 * everything passes untouched, and some 200 classes are never loaded.
 */
final class MeshWhenNeeded implements Consumer<Loaded> {
  private final FoundEndpoints found;

  // Guarded by this object's lock.
  private Settings settings;

  /** Null: not needed yet. */
  private Mesh mesh;

  private boolean started;

  /** Metrics of whoever has some, for the mesh once it is there; null: none. */
  private Consumer<Meter> instruments;

  /** What the door keeps while there is no mesh. */
  private boolean guards;

  /**
   * @param found is told of endpoints where only the mesh may connect
   */
  MeshWhenNeeded(FoundEndpoints found) {
    this.found = found;
  }

  /** Settings that are in force from now on. */
  @Override
  public synchronized void accept(Loaded changed) {
    Settings now = changed.settings();
    if (mesh != null) {
      mesh.apply(now);
    } else if (now.enabled() || securesPorts(now.inbound())) {
      make(now);
    } else if (guards != now.guardsIdentity()) {
      guards = now.guardsIdentity();
      Inbound inbound = guards ? Inbound.GUARDED : Inbound.PASS;
      Inboard.serve(new Inboard.Core(Outbound.PASS, inbound, InboundTls.DISABLED, Contexts.NONE));
    }
    settings = now;
  }

  /** STRICT stays strict, and PERMISSIVE does not turn away who comes with TLS. */
  private static boolean securesPorts(InboundSettings inbound) {
    boolean secures = inbound.mtls() != MtlsMode.DISABLE;
    for (MtlsMode mode : inbound.portLevelMtls().values()) {
      secures |= mode != MtlsMode.DISABLE;
    }
    return secures;
  }

  /** The mesh by the settings in force, made if it is not there yet; after {@link #accept}. */
  synchronized Mesh made() {
    if (mesh == null) {
      make(settings);
    }
    return mesh;
  }

  synchronized Settings settings() {
    return settings;
  }

  /** None without a mesh, which alone reads the files. */
  IdentityStatus identityStatus() {
    Mesh there;
    synchronized (this) {
      there = mesh;
    }
    return there == null ? IdentityStatus.NONE : there.identity().status();
  }

  private void make(Settings by) {
    mesh = new Mesh(by, found);
    if (instruments != null) {
      mesh.telemetry().observe(instruments);
    }
    Inboard.serve(mesh.core());
    if (started) {
      mesh.start();
    }
  }

  /** After premain: what needs a thread may have one. */
  synchronized void start() {
    started = true;
    if (mesh != null) {
      mesh.start();
    }
  }

  /** Adds instruments to the metrics of the mesh; once, after premain. */
  synchronized void observe(Consumer<Meter> register) {
    instruments = register;
    if (mesh != null) {
      mesh.telemetry().observe(register);
    }
  }

  /** What can be rehearsed now; nothing without a mesh. */
  synchronized Optional<Rehearsal> rehearsal() {
    return mesh == null ? Optional.empty() : Optional.of(mesh.rehearsal());
  }

  /** Whether the application has called https there; never without a mesh. */
  boolean hasOwnTls(InetSocketAddress remote) {
    Mesh there;
    synchronized (this) {
      there = mesh;
    }
    return there != null && there.outbound().hasOwnTls(remote);
  }

  /** See {@link Mesh#close}. */
  void close(Duration atMost) {
    Mesh last;
    synchronized (this) {
      last = mesh;
    }
    if (last != null) {
      last.close(atMost);
    }
  }
}
