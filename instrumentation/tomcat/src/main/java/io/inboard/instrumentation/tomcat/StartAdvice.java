// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls.Mode;
import io.inboard.weave.Advice;
import org.apache.coyote.AbstractProtocol;

/** A connector that cannot be secured does not start on a STRICT port. */
final class StartAdvice {
  private StartAdvice() {}

  private static Throwable refusal(AbstractProtocol<?> protocol, boolean secured, String why) {
    int port = protocol.getPort() > 0 ? protocol.getPort() : Math.max(protocol.getLocalPort(), 0);
    if (secured
        || Connections.hasOwnTls(protocol)
        || Inboard.inboundTls().mode(port) != Mode.STRICT) {
      return null;
    }
    return new IllegalStateException(
        "inboard: inbound.mtls is STRICT, and "
            + why
            + ": port "
            + port
            + " does not start; use Tomcat's NIO connector, or set portLevelMtls: {"
            + port
            + ": DISABLE}");
  }

  /** In a Tomcat whose hooks are woven. */
  static final class Start {
    private Start() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.This AbstractProtocol<?> protocol) {
      return refusal(
          protocol,
          Connections.canSecure(protocol),
          protocol.getClass().getSimpleName() + " cannot be given mutual TLS");
    }

    static Throwable enter(Throwable error, AbstractProtocol<?> protocol) {
      return refusal(protocol, false, "an error of ours hides whether it can be secured");
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refusal) {
      return refusal;
    }

    static Throwable exit(Throwable error, Throwable refusal) {
      return refusal;
    }
  }

  /** In a Tomcat that the hooks do not fit. */
  static final class StartUnfit {
    private StartUnfit() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.This AbstractProtocol<?> protocol) {
      return refusal(protocol, false, "the hooks do not fit this version of Tomcat");
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refusal) {
      return refusal;
    }
  }
}
