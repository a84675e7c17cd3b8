// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import org.apache.coyote.AbstractProtocol;

/** A connector that cannot be secured does not start on a STRICT port. */
final class StartAdvice {
  private StartAdvice() {}

  private static Throwable refusal(AbstractProtocol<?> protocol, boolean secured, String why) {
    int port = protocol.getPort() > 0 ? protocol.getPort() : Math.max(protocol.getLocalPort(), 0);
    if (secured || Connections.hasOwnTls(protocol) || !Gate.isStrict(port)) {
      return null;
    }
    return Gate.cannotStart(port, why, "use Tomcat's NIO connector");
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
