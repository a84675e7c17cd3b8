// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.document.Node;
import java.util.Map;

/**
 * The right form of what is often written in another one: short where a section is wanted, or as
 * Istio nests it. By the last key of a value's path.
 */
final class Examples {
  private static final Map<String, String> SECTIONS =
      Map.ofEntries(
          Map.entry("service", "service: {name: orders}"),
          Map.entry("identity", "identity: {certificateChain: …, privateKey: …, trustBundle: …}"),
          Map.entry("telemetry", "telemetry: {traces: {exporter: otlp}}"),
          Map.entry("traces", "traces: {exporter: otlp, ratio: 1.0}"),
          Map.entry("metrics", "metrics: {exporter: otlp}"),
          Map.entry("inbound", "inbound: {mtls: STRICT}"),
          Map.entry("portLevelMtls", "portLevelMtls: {8081: DISABLE}"),
          Map.entry("from", "from: {principals: [\"cluster.local/ns/shop/sa/web\"]}"),
          Map.entry("to", "to: {methods: [GET], paths: [\"/orders/*\"]}"),
          Map.entry("tls", "tls: {mode: MUTUAL}"),
          Map.entry("retries", "retries: {attempts: 3}"),
          Map.entry("loadBalancer", "loadBalancer: {simple: PEAK_EWMA}"),
          Map.entry("outlierDetection", "outlierDetection: {consecutive5xxErrors: 5}"),
          Map.entry("circuitBreaker", "circuitBreaker: {failurePercent: 50}"),
          Map.entry("connectionPool", "connectionPool: {connectTimeout: 1s}"),
          Map.entry("retryBudget", "retryBudget: {percent: 20}"),
          Map.entry("deadline", "deadline: {mode: observe}"),
          Map.entry("hedge", "hedge: {after: p95}"),
          Map.entry("reload", "reload: {interval: 5s}"),
          Map.entry("resilience", "resilience: {enabled: true}"),
          Map.entry("log", "log: {level: warn}"),
          Map.entry("subsets", "subsets: {v2: {labels: {version: v2}}}"));

  private Examples() {}

  /** What to write where a mapping is wanted; empty if nothing better is known than that. */
  static String section(String path, boolean isList) {
    String key = path.substring(path.lastIndexOf('.') + 1);
    String example = SECTIONS.get(key);
    if (example == null) {
      return "";
    }
    boolean istioRule = isList && (key.equals("from") || key.equals("to"));
    return "write "
        + example
        + (istioRule
            ? "; each source and operation of Istio's lists is a rule of its own here"
            : "");
  }

  /** What to write where one value is wanted and Istio has {@code {mode: WORD}}. */
  static String word(String path, Node node) {
    if (node instanceof Node.Mapping mapping
        && mapping.entries().size() == 1
        && mapping.entries().containsKey("mode")
        && mapping.entries().get("mode").value() instanceof Node.Scalar scalar
        && scalar.text().length() < 20) {
      return "write " + path.substring(path.lastIndexOf('.') + 1) + ": " + scalar.text();
    }
    return "";
  }
}
