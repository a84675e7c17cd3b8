// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.weave.Library;
import io.inboard.weave.UnitReport;
import io.inboard.weave.WeaveListener;
import io.inboard.weave.Weaver;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import net.bytebuddy.agent.ByteBuddyAgent;

/** Weaves every library on the class path into the JVM of the tests, once. */
public final class WovenJvm {
  private static final List<String> TROUBLES = new CopyOnWriteArrayList<>();

  /** Initialised once by the JVM, whatever test class comes first. */
  private static final class Holder {
    static final Weaver WEAVER = install();
  }

  private WovenJvm() {}

  /** Weaves; does nothing when that is done already. */
  public static Weaver ensure() {
    return Holder.WEAVER;
  }

  /** What became of a unit. */
  public static UnitReport report(String unit) {
    return ensure().report().stream().filter(r -> r.unit().equals(unit)).findFirst().orElseThrow();
  }

  /**
   * Misfits, failed weaving and errors of hooks since the last call, and forgets them. A test that
   * provoked none must find none.
   */
  public static List<String> takeTroubles() {
    List<String> taken = new ArrayList<>(TROUBLES);
    TROUBLES.removeAll(taken);
    return taken;
  }

  private static Weaver install() {
    Instrumentation instrumentation = ByteBuddyAgent.install();
    Weaver weaver =
        Weaver.install(instrumentation, ServiceLoader.load(Library.class), new Listener());
    weaver.weaveLoadedClasses(instrumentation);
    return weaver;
  }

  private static final class Listener implements WeaveListener {
    @Override
    public void applied(String unit, String library) {}

    @Override
    public void misfit(String unit, String library, String reason) {
      TROUBLES.add("misfit of " + unit + " in " + library + ": " + reason);
    }

    @Override
    public void failed(String unit, String className, Throwable error) {
      TROUBLES.add("could not weave " + className + " for " + unit + ": " + error);
      error.printStackTrace();
    }

    @Override
    public void hookError(String unit, String hook, Throwable error) {
      TROUBLES.add("error in " + hook + " of " + unit + ": " + error);
      if (!(error instanceof ScriptedFault)) {
        error.printStackTrace();
      }
    }
  }
}
