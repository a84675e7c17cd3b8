// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.settings.EndpointSettings;

/** Finds the source that the settings of a destination ask for. Safe for use by any thread. */
@FunctionalInterface
public interface EndpointSources {
  /** The source of endpoints that the mesh knows. No lambda before main. */
  EndpointSource of(EndpointSettings.ByMesh endpoints);
}
