// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import io.inboard.agent.AgentVersion;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The root of {@code java -jar inboard.jar COMMAND}, called by the jar's main class. Exit codes: 0
 * done, 1 not well, 2 not understood.
 */
public final class CommandLine {
  private CommandLine() {}

  /**
   * Runs one command.
   *
   * @param arguments of the command line
   * @param jarPath of the agent's jar
   * @return the exit code
   */
  public static int run(String[] arguments, String jarPath) {
    Charset charset = Charset.defaultCharset();
    return run(
        arguments,
        jarPath,
        new PrintWriter(new OutputStreamWriter(System.out, charset), true),
        new PrintWriter(new OutputStreamWriter(System.err, charset), true),
        Terminal.colours());
  }

  static int run(
      String[] arguments, String jarPath, PrintWriter out, PrintWriter err, boolean colours) {
    picocli.CommandLine line = new picocli.CommandLine(new Root(jarPath));
    commands(jarPath).forEach(line::addSubcommand);
    line.setOut(out);
    line.setErr(err);
    line.setColorScheme(Help.defaultColorScheme(colours ? Help.Ansi.ON : Help.Ansi.OFF));
    line.setExecutionExceptionHandler(
        (e, failed, parsed) -> {
          failed.getErr().println(e.getMessage() == null ? e.toString() : e.getMessage());
          return 1;
        });
    return line.execute(arguments);
  }

  /** All commands, in the order of the help; a new one is a line here. */
  private static List<Object> commands(String jarPath) {
    return List.of(
        new DemoCommand(jarPath),
        new CheckCommand(System.getenv()),
        new StatusCommand(),
        new CaCommand());
  }

  /** Without a command there is nothing to do: usage on standard error, exit code 2. */
  @Command(
      name = "java -jar inboard.jar",
      description = "Inboard: a service mesh that rides inside the JVM.",
      footer = {"", "As an agent: java -javaagent:inboard.jar[=SETTINGS] -jar app.jar"},
      synopsisSubcommandLabel = "COMMAND")
  private static final class Root implements Runnable {
    private final String jarPath;

    @Spec private CommandSpec spec;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Shows this help.")
    private boolean help;

    Root(String jarPath) {
      this.jarPath = jarPath;
    }

    @Option(
        names = {"-V", "--version"},
        versionHelp = true,
        description = "Shows the version.")
    void version(boolean asked) {
      spec.version("inboard " + AgentVersion.of(jarPath));
    }

    @Override
    public void run() {
      throw new ParameterException(spec.commandLine(), "A command is missing.");
    }
  }
}
