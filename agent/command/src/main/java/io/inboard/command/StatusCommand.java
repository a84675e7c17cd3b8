// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import io.inboard.agent.StatusDoor;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code status PID}: what the agent in that JVM does. */
@Command(
    name = "status",
    description = "Shows what the agent in a running JVM does; leaves no trace in it.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final String EVERY_SECOND = "1";

  @Parameters(
      paramLabel = "PID",
      arity = "0..1",
      description = "the process id of a JVM of the same user")
  private String pid;

  @Option(names = "--json", description = "print one JSON object instead of text")
  private boolean json;

  @Option(
      names = "--watch",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = EVERY_SECOND,
      description = "show it again every so many seconds (1), until the process ends")
  private String watch;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (pid == null && watch != null && !watch.equals(EVERY_SECOND)) {
      // "--watch PID": the number was meant as the process, not as the seconds.
      pid = watch;
      watch = EVERY_SECOND;
    }
    if (pid == null) {
      throw new ParameterException(spec.commandLine(), "Missing required parameter: 'PID'");
    }
    if (watch == null) {
      return show();
    }
    if (!watch.matches("[1-9][0-9]{0,5}")) {
      throw new ParameterException(spec.commandLine(), "--watch takes 1 second or more");
    }
    int shown = show();
    while (shown == 0) {
      Thread.sleep(Integer.parseInt(watch) * 1000L);
      spec.commandLine().getOut().println();
      shown = show();
    }
    return shown;
  }

  private int show() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      Optional<String> status = AttachedJvm.property(pid, StatusDoor.PROPERTY);
      if (status.isEmpty()) {
        err.println("inboard: process " + pid + " runs without Inboard, or has only just started");
        return 1;
      }
      out.println(json ? status.get() : StatusText.of(status.get()));
      out.flush();
      return 0;
    } catch (AttachedJvm.AttachException e) {
      err.println("inboard: " + e.getMessage());
      return 1;
    }
  }
}
