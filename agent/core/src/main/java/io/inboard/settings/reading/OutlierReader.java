// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.OutlierSettings;
import io.inboard.settings.OutlierSettings.FailurePercentage;
import io.inboard.settings.OutlierSettings.SuccessRate;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** The section {@code outlierDetection}; RATIONALE.md, Ejection. */
final class OutlierReader {
  private static final int MOST = 1_000_000;
  private static final Duration LEAST = Duration.ofMillis(1);

  private OutlierReader() {}

  /** On by default; null switches it off. */
  static Optional<OutlierSettings> read(Section destination) {
    Optional<Value> value = destination.value("outlierDetection");
    if (value.isEmpty()) {
      return Optional.of(OutlierSettings.DEFAULT);
    }
    return value.get().isNull()
        ? Optional.empty()
        : Optional.of(read(value.get(), value.get().section()));
  }

  private static OutlierSettings read(Value value, Section section) {
    OutlierSettings d = OutlierSettings.DEFAULT;
    Duration base =
        section.duration("baseEjectionTime", d.baseEjectionTime(), LEAST, SettingsReader.LONGEST);
    // A base of more than the default cap says that it may take that long (Envoy's rule).
    Duration otherwise = base.compareTo(d.maxEjectionTime()) > 0 ? base : d.maxEjectionTime();
    int most = section.wholePercent("maxEjectionPercent", d.maxEjectionPercent(), 0, 100);
    // If the settings allow more ejections than the default, panic begins only beyond that.
    int least = Math.min(d.minHealthPercent(), 100 - most);
    OutlierSettings outlier =
        new OutlierSettings(
            section.integer("consecutive5xxErrors", d.consecutive5xxErrors(), 0, MOST),
            section.integer("consecutiveGatewayErrors", d.consecutiveGatewayErrors(), 0, MOST),
            section.integer(
                "consecutiveLocalOriginFailures", d.consecutiveLocalOriginFailures(), 0, MOST),
            section.bool("splitExternalLocalOriginErrors", d.splitExternalLocalOriginErrors()),
            section.duration("interval", d.interval(), LEAST, SettingsReader.LONGEST),
            base,
            section.duration("maxEjectionTime", otherwise, LEAST, SettingsReader.LONGEST),
            most,
            section.wholePercent("minHealthPercent", least, 0, 100),
            errorCodes(section),
            failurePercentage(section),
            successRate(section),
            section.integer("probes", d.probes(), 1, 1_000));
    if (outlier.maxEjectionTime().compareTo(outlier.baseEjectionTime()) < 0) {
      value.problem("maxEjectionTime must not be less than baseEjectionTime", "");
    }
    section.end();
    return outlier;
  }

  private static Set<Integer> errorCodes(Section section) {
    Set<Integer> codes = new LinkedHashSet<>();
    for (Value item : section.items("outlierDetectionHttpErrorCodes")) {
      Optional<Integer> code = item.integer(400, 599);
      if (code.isPresent()) {
        codes.add(code.get());
      }
    }
    return codes;
  }

  private static Optional<FailurePercentage> failurePercentage(Section section) {
    Optional<Value> value = section.value("failurePercentage");
    if (value.isEmpty()) {
      return OutlierSettings.DEFAULT.failurePercentage();
    }
    if (value.get().isNull()) {
      return Optional.empty();
    }
    Section s = value.get().section();
    FailurePercentage percentage =
        new FailurePercentage(
            s.wholePercent("threshold", 50, 1, 100), s.integer("requestVolume", 20, 1, MOST));
    s.end();
    return Optional.of(percentage);
  }

  private static Optional<SuccessRate> successRate(Section section) {
    Optional<Value> value = section.value("successRate");
    if (value.isEmpty()) {
      return OutlierSettings.DEFAULT.successRate();
    }
    if (value.get().isNull()) {
      return Optional.empty();
    }
    Section s = value.get().section();
    SuccessRate rate =
        new SuccessRate(
            s.integer("minimumHosts", 5, 2, MOST),
            s.integer("requestVolume", 100, 1, MOST),
            s.number("stdevFactor", 1.9, 0.1, 100));
    s.end();
    return Optional.of(rate);
  }
}
