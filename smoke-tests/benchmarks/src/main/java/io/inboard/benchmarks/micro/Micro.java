// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * The layers, one by one: runs JMH with its own arguments (a part of a benchmark's name, {@code -f
 * 3}, {@code -p endpoints=10}, ...), then prints time and bytes a call, and what they are at the
 * large size against the small one. All of it is kept in {@code target/micro.json}.
 *
 * <p>{@link WovenBenchmark} runs twice, in a JVM without the agent and in one with the packaged
 * agent switched off; without {@code agent/target/inboard.jar} it is left out, and that is said.
 */
public final class Micro {
  private static final Set<String> ASKING =
      Set.of("-h", "-l", "-lp", "-lprof", "-lrf", "-help", "--help");

  private static final String CLASS_PATH = "java.class.path";

  private final CommandLineOptions given;
  private final List<RunResult> results = new ArrayList<>();

  private Micro(CommandLineOptions given) {
    this.given = given;
  }

  /** Ends with 1 if a benchmark failed or there is none of that name. */
  public static void main(String[] arguments)
      throws CommandLineOptionException, RunnerException, IOException {
    if (Arrays.stream(arguments).anyMatch(ASKING::contains)) {
      Main.main(arguments);
      return;
    }
    new Micro(new CommandLineOptions(arguments)).run();
  }

  private void run() throws RunnerException, IOException {
    String woven = WovenBenchmark.class.getSimpleName();
    run(options().exclude(woven));
    Path agent = module().resolve("../../agent/target/inboard.jar").normalize();
    if (Files.exists(agent)) {
      run(only(woven).param("agent", WovenBenchmark.NONE));
      String classes = System.setProperty(CLASS_PATH, withoutEntry(System.getProperty(CLASS_PATH)));
      run(
          only(woven)
              .param("agent", WovenBenchmark.OFF)
              .jvmArgsAppend(
                  "-javaagent:" + agent + "=" + settings(),
                  "-D" + WovenBenchmark.PROPERTY + "=" + WovenBenchmark.OFF));
      System.setProperty(CLASS_PATH, classes);
    } else {
      System.out.println(woven + " is left out, it needs the packaged agent: " + agent);
    }
    if (results.isEmpty()) {
      throw new NoBenchmarksException();
    }
    Path file = Path.of(given.getResult().orElse(target().resolve("micro.json").toString()));
    ResultFormatFactory.getInstance(ResultFormatType.JSON, file.toString()).writeOut(results);
    new MicroReport(results).print(System.out);
    System.out.println("\nAll of it: " + file);
  }

  /**
   * The class path, which JMH hands on, without the module that has the agent's entry: the JVM
   * takes the first class of that name, and finds the rest of the agent in the jar where that was.
   */
  private static String withoutEntry(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(each -> !Path.of(each).getFileName().toString().startsWith("inboard-bootstrap-"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private OptionsBuilder options() {
    OptionsBuilder options = new OptionsBuilder();
    options.parent(given).addProfiler(GCProfiler.class).shouldFailOnError(true);
    return options;
  }

  private OptionsBuilder only(String name) {
    OptionsBuilder options = options();
    options.exclude("^(?!.*" + name + ").*$");
    return options;
  }

  private void run(org.openjdk.jmh.runner.options.ChainedOptionsBuilder options)
      throws RunnerException {
    try {
      Collection<RunResult> more = new Runner(options.build()).run();
      results.addAll(more);
    } catch (NoBenchmarksException none) {
      // Not one of those that were asked for.
    }
  }

  private static Path settings() throws IOException {
    return Files.writeString(
        target().resolve("off.yaml"),
        """
        enabled: false
        telemetry: {traces: {exporter: none}, metrics: {exporter: none}}
        """);
  }

  private static Path module() {
    return target().getParent();
  }

  /** Where the build put this class. */
  private static Path target() {
    try {
      Path classes =
          Path.of(Micro.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return classes.getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
