// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes report and chart again from a run's results: {@code run report RESULTS [DIRECTORY]}. */
public final class ReportMain {
  private static final String USAGE =
      "usage: run report RESULTS.json [DIRECTORY of report.md and chart.svg, else beside RESULTS]";

  private ReportMain() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    if (arguments.length < 1 || arguments.length > 2) {
      System.err.println(USAGE);
      return 2;
    }
    Path file = Path.of(arguments[0]).toAbsolutePath();
    if (!Files.isRegularFile(file)) {
      System.err.println("run: " + file + " is no file. " + USAGE);
      return 2;
    }
    Path directory = arguments.length == 2 ? Path.of(arguments[1]) : file.getParent();
    try {
      Results results = Results.read(file);
      Report.write(results, directory);
      System.out.print(Report.text(results));
      return 0;
    } catch (JsonProcessingException e) {
      System.err.println("run: " + file + " holds no results: " + e.getOriginalMessage());
      return 1;
    } catch (IOException e) {
      System.err.println("run: " + e);
      return 1;
    }
  }
}
