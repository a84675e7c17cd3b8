// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import com.fasterxml.jackson.databind.JsonNode;

/** Our side of {@link SinkMain}. */
final class Sink implements AutoCloseable {
  private final Talk process;
  private final int port;

  Sink(Site site) {
    process = new Talk("sink", SinkMain.class.getName(), site.work().resolve("sink.log"));
    port = process.ask("counts").get("port").asInt();
  }

  /** The OTLP endpoint for one variant. */
  String endpoint(Variant variant) {
    return "http://127.0.0.1:" + port + "/" + variant;
  }

  /** Spans that came from the variant so far. */
  long spans(Variant variant) {
    JsonNode counts = process.ask("counts").get("from").get(variant.label());
    return counts == null ? 0 : counts.get("spans").asLong();
  }

  @Override
  public void close() {
    process.close();
  }
}
