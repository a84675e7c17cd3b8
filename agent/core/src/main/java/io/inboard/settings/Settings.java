// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import io.inboard.call.Log;
import java.util.List;

/**
 * Everything that a user can say, complete with defaults, checked, immutable. One instance is one
 * version; a change makes a new one.
 *
 * @param enabled the kill switch
 * @param destinations in the order of the file; the closest serves a call: an exact host before a
 *     suffix, a longer suffix before a shorter one, with a port before without
 * @param log from which level on lines are written
 */
public record Settings(
    boolean enabled,
    ServiceSettings service,
    TelemetrySettings telemetry,
    IdentitySettings identity,
    InboundSettings inbound,
    ResilienceSettings resilience,
    List<DestinationSettings> destinations,
    ReloadSettings reload,
    Log.Level log) {
  public Settings {
    destinations = List.copyOf(destinations);
  }

  /**
   * Whether the application may believe {@code x-forwarded-client-cert}, so that none from outside
   * may reach it: the settings speak of an identity, or of who may come in.
   */
  public boolean guardsIdentity() {
    return inbound.declared() || identity.present();
  }

  /** The same, and {@link #guardsIdentity}, whatever sections there are. */
  public Settings guarding() {
    return with(enabled, inbound.declaredAnyway());
  }

  /**
   * The same, but every port of a hooked server refuses everything, and {@code enabled} is true.
   */
  public Settings refusing() {
    return with(true, inbound.refusing());
  }

  private Settings with(boolean on, InboundSettings in) {
    return new Settings(
        on, service, telemetry, identity, in, resilience, destinations, reload, log);
  }
}
