// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Report;
import io.inboard.benchmarks.report.Results;
import io.inboard.benchmarks.services.Options.Step;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Measures what the mesh costs real services, beside no mesh and beside others. In this order: how
 * each variant starts; then all pairs are started and stay, are warmed up, and are driven in
 * rounds; at last how long each takes to exit when its collector is dead. Run by {@code
 * smoke-tests/benchmarks/run}.
 */
public final class Main {
  private static final long BYTES_A_PAIR = 700L << 20;

  private final Path root;
  private final Options options;
  private final Path out;
  private final Site site;
  private final Ledger ledger;
  private final String command;
  private double rate;

  private Main(Path root, Options options, Path out, Path work, String[] arguments) {
    this.root = root;
    this.options = options;
    this.out = out;
    this.site =
        Site.of(root, Path.of(System.getProperty("inboard.opentelemetry", "")), options, work);
    this.ledger = new Ledger(options.variants());
    this.command = ("smoke-tests/benchmarks/run services " + String.join(" ", arguments)).strip();
  }

  public static void main(String[] arguments) throws InterruptedException {
    int status = 1;
    try {
      status = run(arguments);
    } catch (Trouble e) {
      if (!Child.ending()) {
        System.err.println("run: " + e.getMessage());
      }
    }
    System.exit(status);
  }

  /** 0: every variant counts. */
  private static int run(String[] arguments) throws InterruptedException {
    Options options = Options.parse(arguments);
    if (options.help()) {
      System.out.print(Options.usage());
      return 0;
    }
    Path root = Path.of(System.getProperty("inboard.root", "")).toAbsolutePath();
    Path out =
        options
            .out()
            .orElse(root.resolve("smoke-tests/benchmarks/target/services"))
            .toAbsolutePath();
    Path work = out.resolve("work");
    // Also at Ctrl-C: no process and no file is left behind.
    Thread end =
        new Thread(
            () -> {
              Child.endAll();
              if (options.keep()) {
                System.err.println("logs and settings: " + work);
              } else {
                delete(work);
              }
            });
    try {
      delete(work);
      Files.createDirectories(work);
      Runtime.getRuntime().addShutdownHook(end);
      return new Main(root, options, out, work, arguments).measure();
    } catch (IOException e) {
      throw new Trouble("cannot write to " + out + ": " + e, e);
    }
  }

  private int measure() throws InterruptedException {
    List<Variant> variants = options.variants();
    checkMemory(variants);
    boolean stores = variants.stream().anyMatch(v -> v.way() == Variant.Way.TLS_BY_HAND);
    Certificates certificates = Certificates.issue(site, stores);
    try (Sink sink = new Sink(site);
        Load load = new Load(site, options.connections())) {
      if (options.does(Step.START)) {
        new BeforeMain(site, certificates, sink, ledger).measure(variants, options.rounds());
        new StartUp(site, certificates, sink, ledger).measure(variants, options.rounds());
        write();
      }
      if (options.does(Step.LOAD)) {
        underLoad(certificates, sink, load);
      }
      if (options.does(Step.EXIT)) {
        new Exit(site, certificates, load, ledger).measure(variants, options.rounds());
      }
    }
    System.out.print(Report.text(write()));
    System.err.println("results.json, report.md, chart.svg: " + out);
    return ledger.struck().isEmpty() ? 0 : 1;
  }

  private void underLoad(Certificates certificates, Sink sink, Load load)
      throws InterruptedException {
    List<Pair> pairs = new ArrayList<>();
    try {
      for (Variant variant : options.variants()) {
        pairs.add(
            Pair.start(site, certificates, variant, options.client(), sink.endpoint(variant)));
        Progress.say("started " + variant);
      }
      Driven driven = new Driven();
      OptionalDouble slowest = new WarmUp(options, load, ledger, driven).warm(pairs);
      if (slowest.isEmpty()) {
        throw new Trouble("no variant answers; --keep keeps the logs");
      }
      rate = options.rate().orElse((int) Math.max(1, slowest.getAsDouble() / 2));
      Progress.say(String.format("open loop: %.0f requests a second for all", rate));
      new Rounds(options, load, ledger, driven).measure(pairs, rate, this::write);
      driven.checkSpans(pairs, sink, ledger);
    } finally {
      pairs.forEach(Pair::close);
    }
  }

  /** Everything so far, so that what breaks off late was not in vain. */
  private Results write() {
    Results.Run run = Circumstances.of(root, options, command, rate, ledger.notes());
    Results results = new Results(run, ledger.measured());
    try {
      results.write(out.resolve("results.json"));
      Report.write(results, out);
      return results;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkMemory(List<Variant> variants) {
    long needed = variants.size() * BYTES_A_PAIR;
    long free = Circumstances.freeMemory();
    if (options.does(Step.LOAD) && needed > free) {
      throw new Trouble(
          String.format(
              "%d pairs of services at once need some %d MB of memory, %d MB are free: choose fewer"
                  + " with --variants",
              variants.size(), needed >> 20, free >> 20));
    }
  }

  private static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
