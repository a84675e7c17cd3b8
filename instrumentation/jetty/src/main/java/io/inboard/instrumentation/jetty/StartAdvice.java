// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import java.io.IOException;
import org.eclipse.jetty.server.ServerConnector;

/** A connector that the hooks do not fit does not open on a STRICT port. */
final class StartAdvice {
  private StartAdvice() {}

  /** In a Jetty that the hooks do not fit: relies on nothing but what all versions have. */
  static final class OpenUnfit {
    private OpenUnfit() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.This ServerConnector connector) {
      int port = Math.max(connector.getPort(), 0);
      if (new Protocols(connector).isOwnTls() || !Gate.isStrict(port)) {
        return null;
      }
      return Gate.cannotStart(
          port,
          "the hooks do not fit this version of Jetty",
          "use 9.4.35 or later, or 12.0.5 or later");
    }

    static Throwable enter(Throwable error, ServerConnector connector) {
      return Gate.isStrict(Math.max(connector.getPort(), 0))
          ? new IOException("inboard: cannot tell whether this port has TLS of its own", error)
          : null;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refusal) {
      return refusal;
    }
  }
}
