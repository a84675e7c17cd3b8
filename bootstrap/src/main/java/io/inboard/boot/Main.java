// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.boot;

import java.lang.reflect.InvocationTargetException;

/** The entry of {@code java -jar inboard.jar COMMAND}. */
public final class Main {
  private Main() {}

  /** Runs the command line of the agent's jar; exits with the command's code. */
  public static void main(String[] arguments) throws Exception {
    if (Premain.javaVersion() < 17) {
      Premain.say("needs Java 17 or later, and this is Java " + System.getProperty("java.version"));
      System.exit(2);
    }
    int code;
    try {
      code =
          (Integer)
              Premain.call(
                  Premain.agentLoader(Premain.jarPath()),
                  "io.inboard.command.CommandLine",
                  "run",
                  new Class<?>[] {String[].class, String.class},
                  arguments,
                  Premain.jarPath());
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception ? (Exception) e.getCause() : e;
    }
    System.exit(code);
  }
}
