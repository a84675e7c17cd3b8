// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Every figure of one run, so that table and chart can be made again from it.
 *
 * @param variants in the order in which they were asked for; ratios are to the first
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Results(Run run, List<Measured> variants) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Under what circumstances.
   *
   * @param jdk of the services, as {@code java -version} names it
   * @param machine processor and memory
   * @param cores of the machine
   * @param client of the front, as the sample service names it
   * @param seconds of one window of a closed or an open loop
   * @param openRate requests a second of the open loop, the same for all variants; 0: none was run
   * @param seed of the orders in which variants had their turns
   * @param date ISO-8601, with zone
   * @param revision git's, short, with {@code +} when files differed from it; empty if unknown
   * @param command that repeats this run
   * @param notes that concern all variants
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Run(
      String jdk,
      String machine,
      int cores,
      String client,
      int connections,
      double seconds,
      double openRate,
      long seed,
      String date,
      String revision,
      String command,
      List<String> notes) {}

  /** Throws when it is not a results file of this version. */
  public static Results read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), Results.class);
  }

  /** A line for every metric of a variant, with all its cycles. */
  public void write(Path file) throws IOException {
    DefaultPrettyPrinter lines = new DefaultPrettyPrinter();
    lines.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    JSON.writer(lines).writeValue(file.toFile(), this);
  }
}
