// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import io.inboard.call.Log;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.AdmissionSettings;
import io.inboard.settings.DestinationSettings.BreakerSettings;
import io.inboard.settings.DestinationSettings.PoolSettings;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.ReloadSettings;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.RetrySettings;
import io.inboard.settings.ServerSettings;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings with every policy of a destination switched on. */
final class AllOn {
  private AllOn() {}

  static Settings settings(int endpoints) {
    return settings(endpoints, 1);
  }

  /** Of many destinations the first is {@code payments}. */
  static Settings settings(int endpoints, int destinations) {
    List<DestinationSettings> all = new ArrayList<>();
    for (int i = 0; i < destinations; i++) {
      all.add(destination(i == 0 ? "payments" : "service-" + i, endpoints));
    }
    return new Settings(
        true,
        new ServiceSettings("benchmark", "", "", "", Map.of()),
        null,
        IdentitySettings.NONE,
        new InboundSettings(
            InboundSettings.MtlsMode.DISABLE, Map.of(), List.of(), ServerSettings.DEFAULT),
        ResilienceSettings.DEFAULT,
        all,
        new ReloadSettings(Duration.ofSeconds(5)),
        Log.Level.INFO);
  }

  /** Besides what is on by default: retries, their budget, PEAK_EWMA, ejection. */
  private static DestinationSettings destination(String host, int n) {
    List<Instance> endpoints = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      String address = "10." + (i >> 16 & 255) + "." + (i >> 8 & 255) + "." + (i & 255);
      endpoints.add(new Instance(address, 8080));
    }
    return DestinationSettings.builder(host)
        .endpoints(new EndpointSettings.Listed(endpoints))
        .timeout(Optional.of(Duration.ofSeconds(2)))
        .retries(retries())
        .circuitBreaker(
            Optional.of(new BreakerSettings(50, 20, Duration.ofSeconds(10), Duration.ofSeconds(5))))
        .admissionControl(Optional.of(new AdmissionSettings(95, 1, Duration.ofSeconds(30), 80)))
        .connectionPool(new PoolSettings(Duration.ofSeconds(1), 1_000, 1_000, 1_000, 100))
        .build();
  }

  private static RetrySettings retries() {
    RetrySettings d = RetrySettings.DEFAULT;
    return d.with(d.attempts(), Optional.of(Duration.ofMillis(500)), d.retryOn());
  }
}
