// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import io.inboard.command.JsonTree;
import java.util.List;
import java.util.Optional;

/** What the agent in a sample says of itself; nothing where this runtime cannot ask. */
public final class MeshStatus {
  private final Source source;

  /** Asks a JVM. */
  @FunctionalInterface
  public interface Source {
    /** The status as JSON; empty if it cannot be had. */
    Optional<String> json(long pid);
  }

  /** Asks through that source. */
  public MeshStatus(Source source) {
    this.source = source;
  }

  private Optional<JsonTree> destination(Sample web) {
    return source
        .json(web.pid())
        .flatMap(json -> JsonTree.parse(json).get("destinations").elements().stream().findFirst());
  }

  /** The addresses that get nothing at present. */
  List<String> ejected(Sample web) {
    return destination(web).stream()
        .flatMap(d -> d.get("endpoints").elements().stream())
        .filter(e -> e.get("state").text().equals("EJECTED"))
        .map(e -> e.get("address").text())
        .toList();
  }

  /** How often the settings changed since the start; empty if it cannot be asked. */
  Optional<Integer> reloads(Sample web) {
    return source
        .json(web.pid())
        .map(json -> Integer.parseInt(JsonTree.parse(json).get("settings").get("reloads").text()));
  }
}
