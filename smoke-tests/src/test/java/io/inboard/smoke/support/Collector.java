// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The OpenTelemetry Collector (peers/collector): OTLP in, one JSON line an export request out. */
public final class Collector implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final int grpc = Ports.free();
  private final int http = Ports.free();
  private final Path file;
  private final Program program;

  /** What was read of the file, and up to which byte. Guarded by this. */
  private final List<Span> spans = new ArrayList<>();

  private final long[] known = new long[1];

  private Collector(Path directory) {
    file = directory.resolve("otlp.jsonl");
    Path binary = Peers.program("collector", "run smoke-tests/peers/install");
    program =
        Program.start(
            "collector",
            List.of(
                binary.toString(), "--config", Tree.peer("collector/collector.yaml").toString()),
            Map.of(
                "OTLP_OUT",
                file.toString(),
                "OTLP_GRPC_PORT",
                "" + grpc,
                "OTLP_HTTP_PORT",
                "" + http),
            directory);
  }

  public static Collector start(Path directory) {
    Collector collector = new Collector(directory);
    try {
      collector.program.await(
          "listens",
          Duration.ofSeconds(20),
          () -> Http.get("http://127.0.0.1:" + collector.http).statusCode() == 404);
    } catch (AssertionError e) {
      collector.close();
      throw e;
    }
    return collector;
  }

  /** OTEL_EXPORTER_OTLP_* for {@code http/protobuf} or {@code grpc}. */
  public Map<String, String> environment(String protocol) {
    return Map.of(
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        protocol,
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://127.0.0.1:" + (protocol.equals("grpc") ? grpc : http));
  }

  /** One span. */
  public record Span(
      String service,
      String scope,
      String trace,
      String id,
      String parent,
      String kind,
      String name,
      Map<String, String> attributes) {
    public boolean root() {
      return parent.isEmpty();
    }
  }

  /** All that was received until now. Reads what has come since it was asked the last time. */
  public synchronized List<Span> spans() throws IOException {
    for (JsonNode line : lines(known)) {
      for (JsonNode resource : line.path("resourceSpans")) {
        String service = attributes(resource.path("resource")).getOrDefault("service.name", "");
        for (JsonNode scope : resource.path("scopeSpans")) {
          for (JsonNode span : scope.path("spans")) {
            spans.add(
                new Span(
                    service,
                    scope.path("scope").path("name").asText(),
                    span.path("traceId").asText(),
                    span.path("spanId").asText(),
                    span.path("parentSpanId").asText(),
                    List.of("", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
                        .get(span.path("kind").asInt()),
                    span.path("name").asText(),
                    attributes(span)));
          }
        }
      }
    }
    return List.copyOf(spans);
  }

  /** Names of the metrics that a service sent. */
  public List<String> metrics(String service) throws IOException {
    List<String> names = new ArrayList<>();
    for (JsonNode line : lines(new long[1])) {
      for (JsonNode resource : line.path("resourceMetrics")) {
        if (service.equals(attributes(resource.path("resource")).get("service.name"))) {
          resource
              .findValues("metrics")
              .forEach(m -> m.forEach(x -> names.add(x.path("name").asText())));
        }
      }
    }
    return names;
  }

  /** The spans of the first trace that satisfies; waits for it. */
  public List<Span> awaitTrace(String what, Predicate<List<Span>> complete) {
    return Await.value(
        what,
        Duration.ofSeconds(20),
        () -> {
          Map<String, List<Span>> traces = new TreeMap<>();
          for (Span span : spans()) {
            traces.computeIfAbsent(span.trace, id -> new ArrayList<>()).add(span);
          }
          return traces.values().stream().filter(complete).findFirst();
        });
  }

  /**
   * The lines from a position in the file on.
   *
   * @param from in bytes; moved behind them
   */
  private List<JsonNode> lines(long[] from) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(from[0]);
      bytes = in.readAllBytes();
    }
    List<JsonNode> lines = new ArrayList<>();
    int start = 0;
    // The last line may still be being written.
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        if (i > start) {
          lines.add(JSON.readTree(bytes, start, i - start));
        }
        start = i + 1;
      }
    }
    from[0] += start;
    return lines;
  }

  private static Map<String, String> attributes(JsonNode owner) {
    Map<String, String> all = new TreeMap<>();
    for (JsonNode attribute : owner.path("attributes")) {
      Optional<JsonNode> value =
          Optional.of(attribute.path("value"))
              .filter(JsonNode::isObject)
              .map(v -> v.elements().next());
      all.put(attribute.path("key").asText(), value.map(JsonNode::asText).orElse(""));
    }
    return all;
  }

  @Override
  public void close() {
    program.close();
  }
}
