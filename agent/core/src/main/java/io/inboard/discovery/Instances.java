// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.settings.DestinationSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the instances of a destination are known from. Safe for use by any thread. */
@FunctionalInterface
public interface Instances {
  /** Those known now, each address once; empty when the library shall resolve the host itself. */
  List<Instance> current();

  /**
   * Those that the settings list. An address that stands there twice gets the sum of its weights.
   */
  static Instances of(DestinationSettings settings) {
    Map<String, Instance> byAddress = new LinkedHashMap<>();
    for (DestinationSettings.EndpointSettings e : settings.endpoints()) {
      Instance instance = new Instance(e.host(), e.port(), e.weight(), e.zone(), e.labels());
      Instance first = byAddress.putIfAbsent(instance.address(), instance);
      if (first != null) {
        int weight = first.weight() + e.weight();
        byAddress.put(
            first.address(),
            new Instance(first.host(), first.port(), weight, first.zone(), first.labels()));
      }
    }
    List<Instance> fixed = List.copyOf(byAddress.values());
    return () -> fixed;
  }
}
