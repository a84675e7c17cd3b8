// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A helper process of ours: an order a line, an answer in JSON a line. It ends with its input. */
final class Talk extends Child {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BufferedReader answers;
  private final Writer orders;

  /** Runs a main class of ours on the JDK that runs us. */
  Talk(String name, String main, Path log) {
    super(
        name,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            main),
        Map.of(),
        log,
        true);
    answers = process().inputReader(StandardCharsets.UTF_8);
    orders = process().outputWriter(StandardCharsets.UTF_8);
  }

  JsonNode ask(String order) {
    try {
      orders.write(order + "\n");
      orders.flush();
      String answer = answers.readLine();
      if (answer == null) {
        throw trouble("gave no answer to " + order);
      }
      return JSON.readTree(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
