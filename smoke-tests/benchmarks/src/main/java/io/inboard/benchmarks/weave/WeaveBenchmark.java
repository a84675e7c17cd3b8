// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.inboard.benchmarks.report.Spread;
import io.inboard.boot.Premain;
import io.inboard.weave.Weaver;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import org.objectweb.asm.ClassReader;

/**
 * Starts one small program in turn without an agent, with one that does nothing, with Inboard's
 * weaver and with Byte Buddy's agent builder, both with all hooks of Inboard, and prints what each
 * took until main and until the program had sent and served its first request. Linux only: CPU is
 * read from /proc.
 */
public final class WeaveBenchmark {
  private static final List<String> FIGURES =
      List.of(
          "classes before main",
          "wall before main, ms",
          "CPU before main, ms",
          "classes until the first request was served",
          "wall until then, ms",
          "CPU until then, ms");

  private final Map<String, Optional<Path>> jars = new LinkedHashMap<>();
  private final Map<String, List<double[]>> samples = new HashMap<>();
  private final Path work;

  private WeaveBenchmark(Path work) {
    this.work = work;
  }

  /**
   * @param arguments how often each is started; 31 times unless it says so
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int times = arguments.length == 0 ? 31 : Integer.parseInt(arguments[0]);
    Path work = Files.createTempDirectory("inboard-weave");
    try {
      new WeaveBenchmark(work).measure(times);
    } finally {
      try (Stream<Path> files = Files.list(work)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(work);
    }
  }

  private void measure(int times) throws IOException, InterruptedException {
    String hooks = HookList.text();
    Path inboard =
        AgentJar.write(
            work.resolve("inboard-weave.jar"),
            InboardPremain.class,
            hooks,
            List.of(Premain.class, Weaver.class, ClassReader.class));
    Path byteBuddy =
        AgentJar.write(
            work.resolve("byte-buddy.jar"),
            ByteBuddyPremain.class,
            hooks,
            List.of(Premain.class, ByteBuddy.class));
    Path empty = AgentJar.write(work.resolve("empty.jar"), EmptyPremain.class, hooks, List.of());
    jars.put("no agent", Optional.empty());
    jars.put("an agent that does nothing", Optional.of(empty));
    jars.put("Inboard's weaver", Optional.of(inboard));
    jars.put("Byte Buddy", Optional.of(byteBuddy));
    for (Optional<Path> agent : jars.values()) {
      start(agent); // The first start reads files from disk, and is not counted.
    }
    for (int i = 0; i < times; i++) {
      for (Map.Entry<String, Optional<Path>> each : jars.entrySet()) {
        samples.computeIfAbsent(each.getKey(), v -> new ArrayList<>()).add(start(each.getValue()));
      }
    }
    System.out.printf(
        "Java %s, %d hooks around methods of %d classes, %d starts of each in turn; median"
            + " (least to most)%n%n",
        Runtime.version(),
        hooks.lines().count(),
        hooks.lines().map(line -> line.substring(0, line.indexOf(' '))).distinct().count(),
        times);
    print();
  }

  private void print() throws IOException {
    System.out.println("| | " + String.join(" | ", jars.keySet()) + " |");
    System.out.println("|---".repeat(jars.size() + 1) + "|");
    for (int i = 0; i < FIGURES.size(); i++) {
      StringBuilder line = new StringBuilder("| " + FIGURES.get(i) + " |");
      for (String variant : jars.keySet()) {
        int figure = i;
        Spread spread =
            Spread.of(samples.get(variant).stream().mapToDouble(s -> s[figure]).toArray());
        line.append(
            String.format(
                Locale.ROOT,
                " %.0f (%.0f to %.0f) |",
                spread.median(),
                spread.min(),
                spread.max()));
      }
      System.out.println(line);
    }
    StringBuilder entered = new StringBuilder("| woven methods entered by then |");
    StringBuilder size = new StringBuilder("| the agent's jar, KB |");
    for (String variant : jars.keySet()) {
      List<double[]> of = samples.get(variant);
      entered.append(String.format(Locale.ROOT, " %.0f |", of.get(of.size() - 1)[6]));
      Optional<Path> jar = jars.get(variant);
      size.append(jar.isEmpty() ? " |" : " " + Files.size(jar.get()) / 1024 + " |");
    }
    System.out.println(entered);
    System.out.println(size);
  }

  /** One start: the figures in their order, then how many woven methods were entered. */
  private double[] start(Optional<Path> agent) throws IOException, InterruptedException {
    double[] sample = run(agent, List.of());
    // Apart, since the log takes time.
    Path log = work.resolve("classes.log");
    run(agent, List.of("-Xlog:class+load=info:file=" + log + "::filecount=0"));
    List<String> loaded =
        Files.readAllLines(log).stream().filter(line -> line.contains(" source: ")).toList();
    int main = 0;
    while (!loaded.get(main).contains(Program.class.getName() + " ")) {
      main++;
    }
    sample[0] = main;
    sample[3] = loaded.size();
    Files.delete(log);
    return sample;
  }

  private double[] run(Optional<Path> agent, List<String> options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(java(), "-Xmx128m"));
    command.addAll(options);
    agent.ifPresent(jar -> command.add("-javaagent:" + jar));
    String classes =
        WeaveBenchmark.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    command.addAll(List.of("-cp", classes, Program.class.getName()));
    agent.ifPresent(jar -> command.add("counts"));
    double[] sample = new double[7];
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      expect(Program.REACHED_MAIN, lines);
      sample[1] = (System.nanoTime() - begin) / 1e6;
      sample[2] = cpuMillis(process.pid());
      begin = System.nanoTime();
      proceed(process);
      expect(Program.USED, lines);
      sample[4] = sample[1] + (System.nanoTime() - begin) / 1e6;
      sample[5] = cpuMillis(process.pid());
      proceed(process);
      sample[6] = Integer.parseInt(lines.readLine());
      process.waitFor();
      return sample;
    } finally {
      process.destroyForcibly();
    }
  }

  private static void expect(String line, BufferedReader lines) throws IOException {
    String read = lines.readLine();
    if (!line.equals(read)) {
      throw new IllegalStateException("the program said " + read + " in place of " + line);
    }
  }

  private static void proceed(Process process) throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** Nanoseconds of each thread that lives, of which a JVM at its start has ended few. */
  private static double cpuMillis(long pid) throws IOException {
    double nanos = 0;
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads.toList()) {
        String figures = Files.readString(thread.resolve("schedstat"));
        nanos += Long.parseLong(figures.substring(0, figures.indexOf(' ')));
      }
    }
    return nanos / 1e6;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
