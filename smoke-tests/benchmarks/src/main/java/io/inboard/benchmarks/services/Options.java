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
import java.util.Random;
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
  /** The parts of a run. */
  enum Step {
    START,
    ARCHIVE,
    CALL,
    LOAD,
    OPEN,
    EXIT
  }

  /** How many cycles there are at least, and at most while something is not decided. */
  record Bounds(int least, int most) {}

  @Option(
      names = "--variants",
      split = ",",
      paramLabel = "NAME",
      description = "Default: all that there are with the client.")
  private List<String> variantNames;

  @Option(
      names = "--client",
      paramLabel = "NAME",
      description =
          "With what the front calls the back; front and back are chosen to go with it. Default:"
              + " ${DEFAULT-VALUE}.")
  private String clientName = Client.JDK.label();

  @Option(
      names = "--cycles",
      paramLabel = "N",
      description = "Of windows under load, at least. Default: ${DEFAULT-VALUE}.")
  private int cycles = 40;

  @Option(
      names = "--cycles-at-most",
      paramLabel = "N",
      description = "While a budget is not decided. Default: three times --cycles.")
  private Integer cyclesAtMost;

  @Option(
      names = "--starts",
      paramLabel = "N",
      description =
          "Starts, first calls and exits of each variant, at least. Default: ${DEFAULT-VALUE}.")
  private int starts = 8;

  @Option(
      names = "--starts-at-most",
      paramLabel = "N",
      description = "While a budget is not decided. Default: three times --starts.")
  private Integer startsAtMost;

  @Option(names = "--connections", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private int connections = 16;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description =
          "Pairs of services of each variant under load, driven in turn: what the JIT makes of one"
              + " is a matter of luck. Default: ${DEFAULT-VALUE}.")
  private int pairs = 1;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Of a window, closed or open loop. Default: ${DEFAULT-VALUE}.")
  private double seconds = 1;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "Requests a second of the open loop. Default: half of what the slowest variant does.")
  private Integer rate;

  @Option(
      names = "--warm-requests",
      paramLabel = "N",
      description =
          "Before measuring, at least; then until little is compiled. Default: 100000 without an"
              + " agent, 200000 with one.")
  private Integer warmRequests;

  @Option(
      names = "--warm-at-most",
      paramLabel = "SECONDS",
      description = "Of load for each. What compiles still is said, and measured. Default: 150.")
  private int warmAtMost = 150;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the orders in which variants have their turns. Default: a new one.")
  private Long seed;

  @Option(
      names = "--steps",
      split = ",",
      paramLabel = "STEP",
      description = "start, archive, call, load, open, exit. Default: all.")
  private List<String> stepNames = steps().toList();

  @Option(
      names = "--profile",
      paramLabel = "EVENT",
      description =
          "cpu or alloc: async-profiler in all services under load, into DIR/profile. Its own cost"
              + " spoils the figures.")
  private String profile;

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

  private Client client;
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
    client =
        Client.named(clientName)
            .orElseThrow(() -> new Trouble(Known.complaint("client", clientName, Client.labels())));
    if (variantNames == null) {
      variants.addAll(client.stack().variants());
    } else {
      variantNames.forEach(name -> variants.add(variant(name)));
    }
    List<String> stepsKnown = steps().toList();
    for (String name : stepNames) {
      if (!stepsKnown.contains(name)) {
        throw new Trouble(Known.complaint("step", name, stepsKnown));
      }
      steps.add(Step.valueOf(name.toUpperCase(Locale.ROOT)));
    }
    if (profile != null && !List.of("cpu", "alloc").contains(profile)) {
      throw new Trouble(Known.complaint("event", profile, List.of("cpu", "alloc")));
    }
    atLeastOne("--cycles", cycles);
    atLeastOne("--starts", starts);
    atLeastOne("--connections", connections);
    atLeastOne("--pairs", pairs);
    notLess("--cycles-at-most", cyclesAtMost, "--cycles", cycles);
    notLess("--starts-at-most", startsAtMost, "--starts", starts);
    if (seconds < 0.1) {
      throw new Trouble("--seconds is 0.1 or more");
    }
    if (rate != null) {
      atLeastOne("--rate", rate);
    }
    if ((warmRequests != null && warmRequests < 0) || warmAtMost < 0) {
      throw new Trouble("--warm-requests and --warm-at-most are 0 or more");
    }
    if (seed == null) {
      seed = (long) new Random().nextInt(1_000_000);
    }
    Path program = Files.isDirectory(java) ? java.resolve("bin").resolve("java") : java;
    if (!Files.isExecutable(program)) {
      throw new Trouble("--java: " + program + " is no program; give a JDK or its bin/java");
    }
    java = program.toAbsolutePath();
  }

  private Variant variant(String name) {
    Variant variant =
        Variant.named(name)
            .orElseThrow(() -> new Trouble(Known.complaint("variant", name, Variant.labels())));
    client
        .stack()
        .lacks(variant)
        .ifPresent(
            why -> {
              throw new Trouble(
                  "there is no variant "
                      + name
                      + " with --client "
                      + clientName
                      + ": "
                      + why
                      + ". There are: "
                      + String.join(", ", Variant.labels(client.stack().variants())));
            });
    return variant;
  }

  private static Stream<String> steps() {
    return Stream.of(Step.values()).map(s -> s.name().toLowerCase(Locale.ROOT));
  }

  private static void notLess(String name, Integer value, String than, int least) {
    if (value != null && value < least) {
      throw new Trouble(name + " is not less than " + than);
    }
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
        + "Clients:\n"
        + String.join("", Stream.of(Stack.values()).map(Options::clients).toList());
  }

  private static String clients(Stack stack) {
    String lacking =
        String.join(
            ", ",
            Stream.of(Variant.values())
                .filter(variant -> stack.lacks(variant).isPresent())
                .map(Variant::label)
                .toList());
    return String.format(
        "  %s%n      %s%s%n",
        String.join(", ", Client.labels(stack)),
        stack.about(),
        lacking.isEmpty() ? "" : "; without the variants " + lacking);
  }

  /** In the order in which they were named; the first is what the others are compared with. */
  List<Variant> variants() {
    return List.copyOf(variants);
  }

  boolean does(Step step) {
    return steps.contains(step);
  }

  Client client() {
    return client;
  }

  Bounds cycles() {
    return new Bounds(cycles, cyclesAtMost == null ? 3 * cycles : cyclesAtMost);
  }

  /** Of starts, first calls and exits. */
  Bounds starts() {
    return new Bounds(starts, startsAtMost == null ? 3 * starts : startsAtMost);
  }

  int connections() {
    return connections;
  }

  /** Of each variant, alive at the same time. */
  int pairs() {
    return pairs;
  }

  double seconds() {
    return seconds;
  }

  /** Empty: half of what the slowest variant does. */
  OptionalInt rate() {
    return rate == null ? OptionalInt.empty() : OptionalInt.of(rate);
  }

  /** Requests to each pair before it is measured, at least. */
  int warmRequests(Variant variant) {
    return warmRequests == null ? variant.warmRequests() : warmRequests;
  }

  /** Seconds of load for each pair before it is measured, at most. */
  int warmAtMost() {
    return warmAtMost;
  }

  long seed() {
    return seed;
  }

  /** What is profiled under load; empty: nothing. */
  Optional<Profiler.Event> profile() {
    return Optional.ofNullable(profile)
        .map(event -> Profiler.Event.valueOf(event.toUpperCase(Locale.ROOT)));
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
