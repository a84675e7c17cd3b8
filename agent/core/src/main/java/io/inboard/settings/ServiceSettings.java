// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.util.Map;

/**
 * Who this JVM is, as spans and metrics say it.
 *
 * @param name never empty
 * @param namespace empty if not set
 * @param version empty if not set
 * @param zone empty if not set
 * @param attributes further resource attributes (OTEL_RESOURCE_ATTRIBUTES)
 */
public record ServiceSettings(
    String name, String namespace, String version, String zone, Map<String, String> attributes) {
  public ServiceSettings {
    attributes = Map.copyOf(attributes);
  }
}
