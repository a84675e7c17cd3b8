// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.inboard.settings.TelemetrySettings.Sampler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The section {@code telemetry}; what it leaves out is as OTEL_* say. */
final class TelemetryReader {
  static final Map<String, Exporter> EXPORTERS = Value.lowerCase(Exporter.class);
  static final Map<String, Sampler> SAMPLERS = Value.lowerCase(Sampler.class);
  private static final Set<String> EXPORTERS_NOT_YET =
      Set.of("console", "logging", "zipkin", "prometheus");
  private static final Set<String> SAMPLERS_NOT_YET =
      Set.of("jaeger_remote", "parentbased_jaeger_remote", "xray");
  static final Map<String, String> PROPAGATORS = self("tracecontext", "baggage", "b3", "b3multi");

  private TelemetryReader() {}

  static TelemetrySettings read(Section section, OtelDefaults otel) {
    TelemetrySettings defaults = otel.telemetry();
    Section traces = section.section("traces");
    Exporter tracesExporter = exporter(traces).orElse(defaults.traces());
    Optional<Value> samplerKey = traces.value("sampler");
    Optional<Value> ratioKey = traces.value("ratio");
    Optional<Double> ratio = ratioKey.isEmpty() ? Optional.empty() : ratioKey.get().number(0, 1);
    Sampler sampler =
        traces.choice("sampler", SAMPLERS, SAMPLERS_NOT_YET).orElse(defaults.sampler());
    if (ratio.isPresent() && !takesRatio(sampler)) {
      if (samplerKey.isEmpty()) {
        // A ratio alone says what is wanted; OpenTelemetry's default sampler would ignore it.
        sampler = Sampler.PARENTBASED_TRACEIDRATIO;
      } else {
        ratioKey
            .get()
            .problem(
                "has no effect with this sampler", "use traceidratio or parentbased_traceidratio");
      }
    }
    traces.end();
    Section metrics = section.section("metrics");
    Exporter metricsExporter = exporter(metrics).orElse(defaults.metrics());
    metrics.end();
    Optional<Value> propagatorsKey = section.value("propagators");
    List<String> propagators =
        propagatorsKey.isEmpty() ? defaults.propagators() : propagators(propagatorsKey.get());
    List<String> exclude = paths(section.items("exclude"));
    section.notYet("logs").end();
    return new TelemetrySettings(
        tracesExporter,
        metricsExporter,
        sampler,
        ratio.orElse(defaults.ratio()),
        propagators,
        exclude,
        defaults.otlp());
  }

  /** Patterns of paths, with {@code *} and {@code **}, in their normal form. */
  static List<String> paths(List<Value> items) {
    List<String> paths = new ArrayList<>();
    for (Value item : items) {
      Optional<String> pattern = item.text();
      if (pattern.isEmpty()) {
        continue;
      }
      if (!pattern.get().startsWith("/") && !pattern.get().startsWith("*")) {
        item.problem("must be a path, but was " + item.shown(), "such as /health or /actuator/**");
        continue;
      }
      paths.add(Patterns.path(item, pattern.get()));
    }
    return paths;
  }

  static boolean takesRatio(Sampler sampler) {
    return sampler == Sampler.TRACEIDRATIO || sampler == Sampler.PARENTBASED_TRACEIDRATIO;
  }

  private static Optional<Exporter> exporter(Section section) {
    return section.choice("exporter", EXPORTERS, EXPORTERS_NOT_YET);
  }

  private static List<String> propagators(Value value) {
    List<String> propagators = new ArrayList<>();
    for (Value item : value.items()) {
      Optional<String> known = item.choice(PROPAGATORS, Set.of("jaeger", "xray", "ottrace"));
      if (known.isPresent() && !propagators.contains(known.get())) {
        propagators.add(known.get());
      }
    }
    return propagators;
  }

  private static Map<String, String> self(String... words) {
    Map<String, String> map = new LinkedHashMap<>();
    for (String word : words) {
      map.put(word, word);
    }
    return map;
  }
}
