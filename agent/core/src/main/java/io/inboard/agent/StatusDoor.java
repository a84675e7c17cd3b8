// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import io.inboard.boot.JavaBase;
import io.inboard.call.AgentLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Lets {@code status PID} read this JVM over the attach mechanism without loading an agent (which
 * prints a warning into the application's output from JDK 21 on, JEP 451) and without a port: the
 * attach operation "agentProperties" asks {@code jdk.internal.vm.VMSupport} for its properties, and
 * one of them is computed when it is read. Nothing runs until it is asked for.
 */
public final class StatusDoor {
  /** The property that holds the status as JSON, on one line. */
  public static final String PROPERTY = "io.inboard.status";

  private static final String VM_SUPPORT = "jdk.internal.vm.VMSupport";

  private StatusDoor() {}

  /**
   * Opens the door.
   *
   * @param json asked by the JVM's attach thread, for each status command
   * @throws ReflectiveOperationException when this JVM keeps its properties elsewhere
   */
  static void open(JavaBase javaBase, Supplier<String> json) throws ReflectiveOperationException {
    javaBase.open("java.base", "jdk.internal.vm", StatusDoor.class.getModule());
    Class<?> support = Class.forName(VM_SUPPORT, true, null);
    Properties known = (Properties) support.getMethod("getAgentProperties").invoke(null);
    VarHandle field =
        MethodHandles.privateLookupIn(support, MethodHandles.lookup())
            .findStaticVarHandle(support, "agentProps", Properties.class);
    Properties live = new LiveProperties(json);
    live.putAll(known);
    field.setVolatile(live);
  }

  /** Properties like the JVM's own, and one that is always fresh. */
  private static final class LiveProperties extends Properties {
    private static final long serialVersionUID = 1;

    private final transient Supplier<String> json;

    LiveProperties(Supplier<String> json) {
      this.json = json;
    }

    @Override
    public Set<String> stringPropertyNames() {
      Set<String> names = new HashSet<>(super.stringPropertyNames());
      names.add(PROPERTY);
      return names;
    }

    @Override
    public String getProperty(String key) {
      if (!PROPERTY.equals(key)) {
        return super.getProperty(key);
      }
      // The JVM's attach thread asks: nothing of ours may end it, and who asks is told something.
      String[] answer = {"{}"};
      AgentLoop.named("inboard-status").turn(() -> answer[0] = json.get());
      return answer[0];
    }
  }
}
