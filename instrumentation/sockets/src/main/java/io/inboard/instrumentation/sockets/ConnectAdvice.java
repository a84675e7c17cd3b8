// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import io.inboard.weave.Advice;
import java.net.SocketAddress;

/** A connection is opened by the JDK. What is refused was never tried. */
final class ConnectAdvice {
  private ConnectAdvice() {}

  /** Methods that report by an {@code IOException}. */
  static final class Checked {
    private Checked() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.Argument(0) SocketAddress remote) {
      return Connections.refusal(remote);
    }

    static Throwable enter(Throwable error, SocketAddress remote) {
      return Connections.afterError(error, remote);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refusal) {
      return refusal;
    }
  }

  /** {@code AsynchronousSocketChannelImpl}, whose methods declare no checked exception. */
  static final class Unchecked {
    private Unchecked() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.Argument(0) SocketAddress remote) {
      return Connections.unchecked(remote);
    }

    static Throwable enter(Throwable error, SocketAddress remote) {
      return Connections.uncheckedAfterError(error, remote);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(@Advice.Enter Throwable refusal) {
      return refusal;
    }
  }
}
