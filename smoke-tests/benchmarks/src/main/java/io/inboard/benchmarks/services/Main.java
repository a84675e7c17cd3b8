// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.report.Report;
import io.inboard.benchmarks.report.Results;
import io.inboard.benchmarks.report.Series;
import io.inboard.benchmarks.services.Options.Step;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Measures what the mesh costs real services, beside no mesh and beside others, each step cycle by
 * cycle: how each variant starts; the first call of a new pair; then all pairs are started and
 * stay, are warmed up, and are driven in turn; at last how long each takes to exit when its
 * collector is dead. Run by {@code smoke-tests/benchmarks/run}.
 */
public final class Main {
  private static final long BYTES_A_PAIR = 700L << 20;

  private final Path root;
  private final Options options;
  private final Path out;
  private final Site site;
  private final Ledger ledger;
  private final Order order;
  private final Cycles cycles;
  private final String command;
  private double rate;

  private Main(Path root, Options options, Path out, Path work, String[] arguments) {
    this.root = root;
    this.options = options;
    this.out = out;
    this.site =
        Site.of(root, Path.of(System.getProperty("inboard.opentelemetry", "")), options, work);
    this.ledger = new Ledger(options.variants());
    this.order = new Order(options.seed());
    this.cycles = new Cycles(order, ledger, this::write);
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
    Progress.say("orders by --seed " + options.seed());
    checkMemory(variants);
    boolean stores = variants.stream().anyMatch(v -> v.way() == Variant.Way.TLS_BY_HAND);
    Certificates certificates = Certificates.issue(site, stores);
    try (Sink sink = new Sink(site);
        Load load = new Load(site, options.connections())) {
      started(certificates, sink);
      if (options.does(Step.CALL)) {
        FirstCall call = new FirstCall(site, certificates, sink, load, ledger);
        measure(
            Series.FIRST_CALL,
            variants,
            call::measure,
            Metric.FIRST_CALL,
            Metric.RSS_AFTER_GC_FRONT,
            Metric.RSS_AFTER_GC_BACK);
      }
      if (options.does(Step.LOAD) || options.does(Step.OPEN)) {
        underLoad(certificates, sink, load);
      }
      if (options.does(Step.EXIT)) {
        Exit exit = new Exit(site, certificates, load, ledger);
        measure(
            Series.EXIT,
            Exit.worthAsking(variants),
            exit::measure,
            Metric.EXIT_REFUSED,
            Metric.EXIT_SILENT);
      }
    }
    System.out.print(Report.text(write()));
    System.err.println("results.json, report.md, chart.svg: " + out);
    return ledger.struck().isEmpty() ? 0 : 1;
  }

  private void started(Certificates certificates, Sink sink) {
    StartUp start = new StartUp(site, certificates, sink);
    List<Variant> distinct = StartUp.distinct(options.variants(), ledger);
    if (options.does(Step.START)) {
      BeforeMain before = new BeforeMain(site, certificates, sink);
      List<Variant> agents = BeforeMain.agents(options.variants());
      measure(Series.BEFORE_MAIN, agents, before::measure, Metric.PREMAIN);
      // The first start of all reads the files from disk; it is nobody's.
      start.measure(distinct.get(0));
      measure(Series.START, distinct, start::measure, Metric.START_WALL, Metric.START_CPU);
    }
    if (options.does(Step.ARCHIVE)) {
      Site cached = Archive.of(site);
      measure(
          Series.ARCHIVE,
          distinct,
          variant -> start.archived(cached, variant),
          Metric.START_WALL_CDS,
          Metric.START_WALL_PLAIN);
    }
  }

  /** Something that is started anew in each turn. */
  private void measure(
      Series series, List<Variant> variants, Cycles.Turn<Variant> turn, Metric... told) {
    cycles.measure(series, options.starts(), cycle -> variants, variant -> variant, turn, told);
  }

  private void underLoad(Certificates certificates, Sink sink, Load load)
      throws InterruptedException {
    List<Pair> pairs = new ArrayList<>();
    try {
      for (int set = 0; set < options.pairs(); set++) {
        for (Variant variant : options.variants()) {
          pairs.add(Pair.start(site, certificates, variant, sink.endpoint(variant)));
          Progress.say("started " + variant);
        }
      }
      Driven driven = new Driven();
      OptionalDouble slowest = new WarmUp(options, load, ledger, driven, order).warm(pairs);
      if (slowest.isEmpty()) {
        throw new Trouble("no variant answers; --keep keeps the logs");
      }
      Optional<Profiler> profiler = profiler();
      profiler.ifPresent(p -> p.start(pairs));
      Windows windows = new Windows(options.seconds(), load, ledger, driven);
      if (options.does(Step.LOAD)) {
        cycles.measure(
            Series.LOAD,
            options.cycles(),
            cycle -> set(cycle, pairs),
            Pair::variant,
            windows::closed,
            Metric.THROUGHPUT,
            Metric.CPU);
      }
      if (options.does(Step.OPEN)) {
        rate = options.rate().orElse((int) Math.max(1, slowest.getAsDouble() / 2));
        Progress.say(String.format("open loop: %.0f requests a second for all", rate));
        cycles.measure(
            Series.OPEN_LOOP,
            options.cycles(),
            cycle -> set(cycle, pairs),
            Pair::variant,
            pair -> windows.open(pair, rate),
            Metric.OPEN_P99);
      }
      profiler.ifPresent(p -> p.stop(pairs));
      pairs.forEach(windows::checkProcessorTime);
      for (int set = 0; set < options.pairs(); set++) {
        for (Pair pair : set(set, pairs)) {
          ledger.add(pair.variant(), set, Windows.held(pair));
        }
      }
      driven.checkSpans(pairs, sink, ledger);
    } finally {
      pairs.forEach(Pair::close);
    }
  }

  /**
   * The pairs that are driven in this cycle, one of each variant: the sets take turns, so that the
   * figures of a variant, too, come from as many JVMs.
   */
  private List<Pair> set(int cycle, List<Pair> pairs) {
    int size = options.variants().size();
    int from = cycle % options.pairs() * size;
    return pairs.subList(from, from + size);
  }

  private Optional<Profiler> profiler() {
    return options
        .profile()
        .map(
            event -> {
              ledger.note("profiled: these figures are no result");
              Path jar = Path.of(System.getProperty("inboard.profiler", ""));
              return new Profiler(site, event, jar, out.resolve("profile"));
            });
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
    int pairs = variants.size() * options.pairs();
    long needed = pairs * BYTES_A_PAIR;
    long free = Circumstances.freeMemory();
    boolean allAtOnce = options.does(Step.LOAD) || options.does(Step.OPEN);
    if (allAtOnce && needed > free) {
      throw new Trouble(
          String.format(
              "%d pairs of services at once need some %d MB of memory, %d MB are free: choose fewer"
                  + " with --variants, or fewer --pairs",
              pairs, needed >> 20, free >> 20));
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
