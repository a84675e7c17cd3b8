// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import io.inboard.agent.StatusDoor;
import io.inboard.command.demo.Demo;
import io.inboard.command.demo.DemoException;
import io.inboard.command.demo.MeshStatus;
import io.inboard.command.demo.Page;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code demo}: two unmodified services under the agent, trouble, and what the mesh did. */
@Command(
    name = "demo",
    description = "Shows on two sample services what the mesh does; needs no network.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Option(names = "--keep", description = "leave the services running until Ctrl-C")
  private boolean keep;

  @Spec private CommandSpec spec;

  private final String jarPath;

  DemoCommand(String jarPath) {
    this.jarPath = jarPath;
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    boolean colours = spec.commandLine().getColorScheme().ansi().enabled();
    Page page = new Page(spec.commandLine().getOut(), colours, unicode());
    try {
      new Demo(page, new MeshStatus(DemoCommand::status), jarPath).play(keep);
      return 0;
    } catch (DemoException e) {
      err.println("inboard: demo: " + e.getMessage());
    } catch (IOException e) {
      err.println("inboard: demo: " + e);
    } catch (NoClassDefFoundError e) {
      err.println(
          "inboard: demo: this Java runtime lacks what the sample services need (module"
              + " jdk.httpserver: "
              + e.getMessage()
              + "); run the command with a JDK");
    }
    return 1;
  }

  /** Terminals with UTF-8 get lines and arrows. */
  private static boolean unicode() {
    return Charset.defaultCharset().equals(StandardCharsets.UTF_8)
        && System.getProperty("native.encoding", "UTF-8").equalsIgnoreCase("UTF-8");
  }

  private static Optional<String> status(long pid) {
    try {
      return AttachedJvm.property(Long.toString(pid), StatusDoor.PROPERTY);
    } catch (AttachedJvm.AttachException e) {
      return Optional.empty(); // A JRE without jdk.attach: the spans tell enough.
    }
  }
}
