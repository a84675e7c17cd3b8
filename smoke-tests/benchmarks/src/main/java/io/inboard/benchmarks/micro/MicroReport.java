// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** The tables that a run ends with. */
final class MicroReport {
  private static final String BYTES = "gc.alloc.rate.norm";

  private final Collection<RunResult> results;

  MicroReport(Collection<RunResult> results) {
    this.results = results;
  }

  /** Two sizes whose costs should be the same. */
  private record Flat(String param, String small, String large) {}

  private static final List<Flat> FLAT =
      List.of(new Flat("endpoints", "10", "10000"), new Flat("destinations", "1", "1000"));

  void print(PrintStream out) {
    out.printf("%n%-48s %-32s %24s %14s%n", "benchmark", "of", "time a call", "bytes a call");
    for (RunResult result : results) {
      Result<?> time = result.getPrimaryResult();
      out.printf(
          Locale.ROOT,
          "%-48s %-32s %,12.1f %-11s %,14.0f%n",
          name(result.getParams()),
          params(result.getParams(), ""),
          time.getScore(),
          time.getScoreUnit(),
          bytes(result));
    }
    out.printf("%n%-48s %-32s %24s %14s%n", "flat", "of", "time", "bytes");
    for (Flat flat : FLAT) {
      Map<String, RunResult> small = of(flat, flat.small);
      of(flat, flat.large).forEach((key, large) -> print(out, flat, small.get(key), large));
    }
  }

  private static void print(PrintStream out, Flat flat, RunResult small, RunResult large) {
    if (small == null) {
      return; // Not measured in this run.
    }
    double before = small.getPrimaryResult().getScore();
    double after = large.getPrimaryResult().getScore();
    out.printf(
        Locale.ROOT,
        "%-48s %-32s %16.2fx %+,5.0f ns %+,14.0f%n",
        name(large.getParams()),
        (params(large.getParams(), flat.param)
                + " "
                + flat.param
                + " "
                + flat.large
                + ":"
                + flat.small)
            .strip(),
        after / before,
        after - before,
        bytes(large) - bytes(small));
  }

  private Map<String, RunResult> of(Flat flat, String size) {
    Map<String, RunResult> found = new TreeMap<>();
    for (RunResult result : results) {
      BenchmarkParams params = result.getParams();
      if (size.equals(params.getParam(flat.param))) {
        found.put(name(params) + params(params, flat.param), result);
      }
    }
    return found;
  }

  /** {@code BalancerBenchmark.request}. */
  private static String name(BenchmarkParams params) {
    String[] parts = params.getBenchmark().split("\\.");
    return parts[parts.length - 2] + "." + parts[parts.length - 1];
  }

  private static String params(BenchmarkParams params, String without) {
    StringBuilder text = new StringBuilder();
    for (String key : params.getParamsKeys()) {
      if (!key.equals(without)) {
        text.append(text.length() == 0 ? "" : " ")
            .append(key)
            .append(' ')
            .append(params.getParam(key));
      }
    }
    return text.toString();
  }

  private static double bytes(RunResult result) {
    Result<?> bytes = result.getSecondaryResults().get(BYTES);
    return bytes == null ? Double.NaN : bytes.getScore();
  }
}
