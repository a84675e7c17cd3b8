// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The load generator, a process of its own for the whole run. */
final class Load implements AutoCloseable {
  private static final String MAIN = "io.inboard.benchmarks.load.LoadMain";

  private final Talk process;
  private final int connections;

  Load(Site site, int connections) {
    this.process = new Talk("load", MAIN, site.work().resolve("load.log"));
    this.connections = connections;
  }

  /**
   * What one loop showed.
   *
   * @param requests that were answered, well or not
   * @param firstError empty if there was none
   */
  record Loop(
      long requests,
      long errors,
      String firstError,
      double perSecond,
      double p50Micros,
      double p99Micros,
      double p999Micros) {

    static Loop of(JsonNode answer) {
      return new Loop(
          answer.path("requests").asLong(),
          answer.path("errors").asLong(),
          answer.path("firstError").asText(""),
          answer.path("perSecond").asDouble(),
          answer.path("p50Micros").asDouble(),
          answer.path("p99Micros").asDouble(),
          answer.path("p999Micros").asDouble());
    }
  }

  /** Each connection sends when it has its answer. */
  Loop closed(String url, double seconds) {
    return loop(order("closed", url, seconds));
  }

  /** Requests are due at this rate, whatever became of those before. */
  Loop open(String url, double rate, double seconds) {
    return loop(order("open", url, seconds).put("rate", rate));
  }

  private ObjectNode order(String mode, String url, double seconds) {
    return new ObjectMapper()
        .createObjectNode()
        .put("mode", mode)
        .put("url", url)
        .put("connections", connections)
        .put("seconds", seconds);
  }

  private Loop loop(ObjectNode order) {
    JsonNode answer = process.ask(order.toString());
    if (!answer.has("requests")) {
      throw process.trouble("did not understand " + order + ": " + answer);
    }
    return Loop.of(answer);
  }

  @Override
  public void close() {
    process.close();
  }
}
