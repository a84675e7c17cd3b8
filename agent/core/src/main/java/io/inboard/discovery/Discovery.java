// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.settings.EndpointSettings;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.time.Duration;

/**
 * All that finds endpoints, by the kind that the settings of a destination ask for. Safe for use by
 * any thread; no method blocks.
 *
 * @param names resolves endpoints that are given by name
 * @param files reads those that stand in files
 */
public record Discovery(Names names, EndpointFiles files) implements EndpointSources {
  /** With threads of its own for files; none starts before {@link #active}. */
  public static Discovery of(Names names, Timer timer, Clock clock) {
    return new Discovery(names, EndpointFiles.ofTheJvm(names, timer, clock));
  }

  @Override
  public EndpointSource of(EndpointSettings.ByMesh endpoints) {
    if (endpoints instanceof EndpointSettings.Listed listed) {
      return new ListedSource(listed.instances(), names);
    }
    return files.of((EndpointSettings.FromFile) endpoints);
  }

  /** Begins to look for changes, or stops: then what is known stays known. */
  public void active(boolean on) {
    names.active(on);
    files.active(on);
  }

  /** Within which time a change is to take effect. */
  public void interval(Duration interval) {
    files.interval(interval);
  }
}
