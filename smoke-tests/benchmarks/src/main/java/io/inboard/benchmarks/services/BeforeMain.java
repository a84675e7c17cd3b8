// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.report.Spread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an agent does before main: from the start of a process until the first line of a program
 * that does nothing else, with the agent, less the same without.
 */
final class BeforeMain {
  private static final int TIMES_A_ROUND = 5;

  private final Site site;
  private final Certificates certificates;
  private final Sink sink;
  private final Ledger ledger;

  BeforeMain(Site site, Certificates certificates, Sink sink, Ledger ledger) {
    this.site = site;
    this.certificates = certificates;
    this.sink = sink;
    this.ledger = ledger;
  }

  /** The program. */
  static final class Blank {
    private Blank() {}

    public static void main(String[] arguments) {
      System.out.println("main");
      Runtime.getRuntime().halt(0);
    }
  }

  void measure(List<Variant> variants, int rounds) {
    List<Variant> agents =
        variants.stream()
            .filter(v -> v.agent() != Variant.Agent.NONE && v.startsAs() == v)
            .toList();
    if (agents.isEmpty()) {
      return;
    }
    List<Double> bare = new ArrayList<>();
    Map<Variant, List<Double>> with = new LinkedHashMap<>();
    run(Variant.NONE);
    for (int i = 0; i < rounds * TIMES_A_ROUND; i++) {
      bare.add(run(Variant.NONE));
      for (Variant variant : agents) {
        with.computeIfAbsent(variant, v -> new ArrayList<>()).add(run(variant));
      }
    }
    double without = Spread.of(bare.stream().mapToDouble(d -> d).toArray()).median();
    with.forEach(
        (variant, times) -> {
          for (double time : times) {
            ledger.start(variant, Map.of(Metric.PREMAIN, (time - without) * 1000));
          }
          double median = Spread.of(times.stream().mapToDouble(d -> d).toArray()).median();
          Progress.say(String.format("before main %s: %.0f ms", variant, (median - without) * 1e3));
        });
  }

  /** Seconds until main. */
  private double run(Variant variant) {
    String name = variant + "-before-main";
    List<String> command = new ArrayList<>(List.of(site.java().toString(), "-Xmx256m"));
    Path settings = site.work().resolve(name + ".yaml");
    command.addAll(Service.agent(site, certificates, variant, Role.FRONT, "127.0.0.1:9", settings));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Blank.class.getName()));
    Map<String, String> environment = Service.environment(Role.FRONT, sink.endpoint(variant));
    Path log = site.work().resolve(name + ".log");
    long begin = System.nanoTime();
    try (Child child = new Child(name, command, environment, log, true)) {
      int first = child.process().getInputStream().read();
      double seconds = (System.nanoTime() - begin) / 1e9;
      if (first < 0) {
        throw child.trouble("did not reach main");
      }
      return seconds;
    } catch (IOException e) {
      throw new Trouble(name + ": " + e, e);
    }
  }
}
