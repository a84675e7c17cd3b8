// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.Properties;

/**
 * Another JVM of the same user, asked through the JDK's attach mechanism without loading anything
 * into it. Module jdk.attach belongs to the application loader, which ours does not see: by
 * reflection.
 */
final class AttachedJvm {
  private static final String VIRTUAL_MACHINE = "com.sun.tools.attach.VirtualMachine";

  private AttachedJvm() {}

  /**
   * Reads one property that the JVM keeps for tools.
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
    try {
      Object machine = type.getMethod("attach", String.class).invoke(null, pid);
      try {
        Properties properties = (Properties) type.getMethod("getAgentProperties").invoke(machine);
        return Optional.ofNullable(properties.getProperty(name));
      } finally {
        type.getMethod("detach").invoke(machine);
      }
    } catch (InvocationTargetException e) {
      throw new AttachException(
          "cannot ask process "
              + pid
              + ": "
              + e.getCause().getMessage()
              + " (is it a running JVM of this user, without -XX:+DisableAttachMechanism?)");
    } catch (ReflectiveOperationException e) {
      throw new AttachException("this Java runtime's attach API is not as expected: " + e);
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
