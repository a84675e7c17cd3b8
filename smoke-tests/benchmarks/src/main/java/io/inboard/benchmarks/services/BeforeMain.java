// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an agent does before main: from the start of a process until the first line of a program
 * that does nothing else, with the agent, less the same without.
 */
final class BeforeMain {
  private final Site site;
  private final Certificates certificates;
  private final Sink sink;

  BeforeMain(Site site, Certificates certificates, Sink sink) {
    this.site = site;
    this.certificates = certificates;
    this.sink = sink;
  }

  /** The program. */
  static final class Blank {
    private Blank() {}

    public static void main(String[] arguments) {
      System.out.println("main");
      Runtime.getRuntime().halt(0);
    }
  }

  /** Milliseconds more than without, one run of each. */
  Map<Metric, Double> measure(Variant variant) {
    double without = run(Variant.NONE);
    return Map.of(Metric.PREMAIN, (run(variant) - without) * 1000);
  }

  /** Those that have an agent of their own. */
  static List<Variant> agents(List<Variant> variants) {
    return variants.stream()
        .filter(v -> v.agent() != Variant.Agent.NONE && v.startsAs() == v)
        .toList();
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
