// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.telemetry.RequestContexts;
import java.util.concurrent.Callable;

/** A context that a test knows again, and the core that carries it. */
public record Named(String name) implements Context {
  /** Opens the door with contexts alone. */
  public static void serve() {
    Inboard.serve(
        new Inboard.Core(Outbound.PASS, Inbound.PASS, InboundTls.DISABLED, new RequestContexts()));
  }

  /** The name of the current context; {@code -} if there is none. */
  public static String current() {
    return Inboard.contexts().current() instanceof Named named ? named.name : "-";
  }

  /** Runs in a context of this name. */
  public static <T> T in(String name, Callable<T> what) throws Exception {
    try (Contexts.Scope scope = Inboard.contexts().activate(new Named(name))) {
      return what.call();
    }
  }
}
