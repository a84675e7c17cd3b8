// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import io.inboard.call.AgentThreads;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Another JVM of the same user, asked through the JDK's attach mechanism without loading anything
 * into it. Module jdk.attach belongs to the application loader, which ours does not see: by
 * reflection.
 */
final class AttachedJvm {
  private static final String VIRTUAL_MACHINE = "com.sun.tools.attach.VirtualMachine";

  private AttachedJvm() {}

  /** How long a JVM may take to answer; one that is busy takes a second. */
  private static final long ANSWER_MILLIS = 10_000;

  /**
   * Reads one property that the JVM keeps for tools. A process that is no JVM is left alone.
   *
   * @return empty if it has no such property
   * @throws AttachException when it cannot be asked; the message says why and what to do
   */
  static Optional<String> property(String pid, String name) throws AttachException {
    Class<?> type;
    try {
      type = Class.forName(VIRTUAL_MACHINE, true, ClassLoader.getSystemClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AttachException(
          "this Java runtime has no module jdk.attach, which asks another JVM; run the command with"
              + " a JDK");
    }
    LocalProcess.mustBeAskable(pid);
    FutureTask<Optional<String>> question = new FutureTask<>(() -> ask(type, pid, name));
    AgentThreads.daemon("inboard-attach", question).start();
    try {
      return question.get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AttachException(
          "process " + pid + " does not answer: it is stopped, or too busy; ask again");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AttachException("interrupted while asking process " + pid);
    } catch (ExecutionException e) {
      Throwable cause =
          e.getCause() instanceof InvocationTargetException thrown
              ? thrown.getCause()
              : e.getCause();
      throw new AttachException(
          "cannot ask process "
              + pid
              + ": "
              + cause.getMessage()
              + " (is it a running JVM of this user, without -XX:+DisableAttachMechanism?)");
    }
  }

  private static Optional<String> ask(Class<?> type, String pid, String name)
      throws ReflectiveOperationException {
    Object machine = type.getMethod("attach", String.class).invoke(null, pid);
    try {
      Properties properties = (Properties) type.getMethod("getAgentProperties").invoke(machine);
      return Optional.ofNullable(properties.getProperty(name));
    } finally {
      type.getMethod("detach").invoke(machine);
    }
  }

  /** Says why another JVM cannot be asked. */
  static final class AttachException extends Exception {
    private static final long serialVersionUID = 1;

    AttachException(String message) {
      super(message);
    }
  }
}
