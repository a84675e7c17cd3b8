// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is measured, and how long. */
@Command(
    name = "run services",
    sortOptions = false,
    usageHelpWidth = 100,
    description =
        "Starts pairs of real services under variants in turn, drives them, and says what each"
            + " variant costs.")
final class Options {
  /** What the sample service's {@code /call} takes. */
  static final List<String> CLIENTS =
      List.of("jdk", "jdk-async", "url-connection", "rest-template", "rest-client");

  /** The parts of a run. */
  enum Step {
    START,
    LOAD,
    EXIT
  }

  @Option(names = "--variants", split = ",", paramLabel = "NAME", description = "Default: all.")
  private List<String> variantNames = Variant.labels();

  @Option(names = "--client", description = "Of the front. Default: ${DEFAULT-VALUE}.")
  private String client = "jdk";

  @Option(names = "--rounds", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private int rounds = 3;

  @Option(names = "--connections", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private int connections = 16;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description =
          "Of a closed loop, of an open one, and of a window of the warm-up. Default: ${DEFAULT-VALUE}.")
  private int seconds = 10;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "Requests a second of the open loop. Default: half of what the slowest variant does.")
  private Integer rate;

  @Option(
      names = "--warm-at-least",
      paramLabel = "SECONDS",
      description = "Default: 45 without an agent, 150 with one.")
  private Integer warmAtLeast;

  @Option(
      names = "--warm-at-most",
      paramLabel = "SECONDS",
      description = "Not steady until then is said, and measured. Default: twice --warm-at-least.")
  private Integer warmAtMost;

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "STEP",
      description = "start, load, exit. Default: all.")
  private List<String> stepNames = List.of("start", "load", "exit");

  @Option(
      names = "--java",
      paramLabel = "PATH",
      description = "Of the services: the program or the JDK. Default: that of the harness.")
  private Path java = Path.of(System.getProperty("java.home"));

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where results.json, report and chart go. Default: smoke-tests/benchmarks/target/services.")
  private Path out;

  @Option(names = "--keep", description = "Keeps logs, settings and certificates in DIR/work.")
  private boolean keep;

  @Option(names = "--help", usageHelp = true, description = "This.")
  private boolean help;

  private final Set<Variant> variants = new LinkedHashSet<>();
  private final Set<Step> steps = EnumSet.noneOf(Step.class);

  private Options() {}

  /** Throws {@link Trouble} with what is wrong and what is known. */
  static Options parse(String... arguments) {
    Options options = new Options();
    try {
      new CommandLine(options).parseArgs(arguments);
    } catch (CommandLine.ParameterException e) {
      throw new Trouble(unknownOption(e) + " (--help tells all)", e);
    }
    if (!options.help) {
      options.check();
    }
    return options;
  }

  private static String unknownOption(CommandLine.ParameterException e) {
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      List<String> known =
          e.getCommandLine().getCommandSpec().options().stream()
              .map(CommandLine.Model.OptionSpec::longestName)
              .toList();
      return Known.complaint("option", unmatched.getUnmatched().get(0), known);
    }
    return e.getMessage();
  }

  private void check() {
    for (String name : variantNames) {
      variants.add(
          Variant.named(name)
              .orElseThrow(() -> new Trouble(Known.complaint("variant", name, Variant.labels()))));
    }
    List<String> stepsKnown =
        Stream.of(Step.values()).map(s -> s.name().toLowerCase(Locale.ROOT)).toList();
    for (String name : stepNames) {
      if (!stepsKnown.contains(name)) {
        throw new Trouble(Known.complaint("step", name, stepsKnown));
      }
      steps.add(Step.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    if (!CLIENTS.contains(client)) {
      throw new Trouble(Known.complaint("client", client, CLIENTS));
    }
    atLeastOne("--rounds", rounds);
    atLeastOne("--connections", connections);
    atLeastOne("--seconds", seconds);
    if (rate != null) {
      atLeastOne("--rate", rate);
    }
    if (warmAtLeast != null && warmAtLeast < 0) {
      throw new Trouble("--warm-at-least is 0 or more");
    }
    if (warmAtMost != null && warmAtMost < (warmAtLeast == null ? 0 : warmAtLeast)) {
      throw new Trouble("--warm-at-most is not less than --warm-at-least");
    }
    Path program = Files.isDirectory(java) ? java.resolve("bin").resolve("java") : java;
    if (!Files.isExecutable(program)) {
      throw new Trouble("--java: " + program + " is no program; give a JDK or its bin/java");
    }
    java = program.toAbsolutePath();
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new Trouble(name + " is 1 or more");
    }
  }

  /** How to call it. */
  static String usage() {
    return new CommandLine(new Options()).getUsageMessage()
        + "Variants:\n"
        + String.join(
            "",
            Stream.of(Variant.values())
                .map(v -> String.format("  %-17s %s%n", v.label(), v.about()))
                .toList())
        + "Clients: "
        + String.join(", ", CLIENTS)
        + "\n";
  }

  /** In the order in which they were named; the first is what the others are compared with. */
  List<Variant> variants() {
    return List.copyOf(variants);
  }

  boolean does(Step step) {
    return steps.contains(step);
  }

  String client() {
    return client;
  }

  int rounds() {
    return rounds;
  }

  int connections() {
    return connections;
  }

  int seconds() {
    return seconds;
  }

  /** Empty: half of what the slowest variant does. */
  OptionalInt rate() {
    return rate == null ? OptionalInt.empty() : OptionalInt.of(rate);
  }

  int warmAtLeast(Variant variant) {
    return warmAtLeast == null ? variant.warmSeconds() : warmAtLeast;
  }

  int warmAtMost(Variant variant) {
    return warmAtMost == null
        ? 2 * warmAtLeast(variant)
        : Math.max(warmAtMost, warmAtLeast(variant));
  }

  /** The program. */
  Path java() {
    return java;
  }

  Optional<Path> out() {
    return Optional.ofNullable(out);
  }

  boolean keep() {
    return keep;
  }

  boolean help() {
    return help;
  }
}
