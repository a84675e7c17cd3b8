// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import com.sun.net.httpserver.HttpServer;
import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;

/** A server that the hooks do not fit does not start on a STRICT port. HttpsServer does. */
final class StartAdvice {
  private StartAdvice() {}

  /** In a JDK that the hooks do not fit: relies on nothing but the public type. */
  static final class StartUnfit {
    private StartUnfit() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.This HttpServer server) {
      int port = server.getAddress().getPort();
      return Gate.isStrict(port)
          ? Gate.cannotStart(port, "the hooks do not fit this JDK's HttpServer", "use another JDK")
          : null;
    }

    static Throwable enter(Throwable error, HttpServer server) {
      return new IllegalStateException("inboard: cannot tell whether this port is STRICT", error);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refusal) {
      return refusal;
    }
  }
}
