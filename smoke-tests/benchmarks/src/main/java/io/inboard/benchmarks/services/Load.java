// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inboard.benchmarks.load.LoadMain;
import io.inboard.benchmarks.load.LoadOrder;
import io.inboard.benchmarks.load.LoadResult;

/** The load generator, a process of its own for the whole run. */
final class Load implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Talk process;
  private final int connections;

  Load(Site site, int connections) {
    this.process = new Talk("load", LoadMain.class.getName(), site.work().resolve("load.log"));
    this.connections = connections;
  }

  /** Each connection sends when it has its answer. */
  LoadResult closed(String url, double seconds) {
    return carryOut(LoadOrder.closed(url, connections, seconds));
  }

  /** Requests are due at this rate, whatever became of those before. */
  LoadResult open(String url, double rate, double seconds) {
    return carryOut(LoadOrder.open(url, rate, connections, seconds));
  }

  private LoadResult carryOut(LoadOrder order) {
    try {
      LoadResult result =
          JSON.treeToValue(process.ask(JSON.writeValueAsString(order)), LoadResult.class);
      if (!result.error().isEmpty()) {
        throw process.trouble("did not carry out " + order + ": " + result.error());
      }
      return result;
    } catch (JsonProcessingException e) {
      throw process.trouble("gave a strange answer: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
