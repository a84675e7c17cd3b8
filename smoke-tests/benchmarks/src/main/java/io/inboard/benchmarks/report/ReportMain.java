// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes report and chart again from a run's results: {@code run report RESULTS [DIRECTORY]}; or the
 * table of the README from one or several: {@code run report --readme RESULTS...}.
 */
public final class ReportMain {
  private static final String README = "--readme";
  private static final String USAGE =
      "usage: run report RESULTS.json [DIRECTORY of report.md and chart.svg, else beside RESULTS]\n"
          + "       run report --readme RESULTS.json ...";

  private ReportMain() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    boolean readme = arguments.length > 1 && arguments[0].equals(README);
    if (!readme && (arguments.length < 1 || arguments.length > 2)) {
      System.err.println(USAGE);
      return 2;
    }
    List<Path> files =
        Arrays.stream(arguments, readme ? 1 : 0, readme ? arguments.length : 1)
            .map(file -> Path.of(file).toAbsolutePath())
            .toList();
    List<Results> all = new ArrayList<>();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        System.err.println("run: " + file + " is no file. " + USAGE);
        return 2;
      }
      try {
        all.add(Results.read(file));
      } catch (JsonProcessingException e) {
        System.err.println("run: " + file + " holds no results: " + e.getOriginalMessage());
        return 1;
      } catch (IOException e) {
        System.err.println("run: " + e);
        return 1;
      }
    }
    if (readme) {
      System.out.print(ReadmeTable.of(all));
      return 0;
    }
    Path directory = arguments.length == 2 ? Path.of(arguments[1]) : files.get(0).getParent();
    try {
      Report.write(all.get(0), directory);
    } catch (IOException e) {
      System.err.println("run: " + e);
      return 1;
    }
    System.out.print(Report.text(all.get(0)));
    return 0;
  }
}
