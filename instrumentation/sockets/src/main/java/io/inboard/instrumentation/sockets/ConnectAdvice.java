// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import io.inboard.weave.Advice;
import java.net.SocketAddress;

/** A connection is opened. What is refused was never tried. */
final class ConnectAdvice {
  private ConnectAdvice() {}

  /** {@code Socket.connect(SocketAddress, int)}. */
  static final class Socket {
    private Socket() {}

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

  /** {@code SocketChannelImpl.connect(SocketAddress)}. */
  static final class Channel {
    private Channel() {}

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

  /** {@code SocketChannelImpl.blockingConnect(SocketAddress, long)}. */
  static final class Adaptor {
    private Adaptor() {}

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

  /** {@code AsynchronousSocketChannelImpl.connect(SocketAddress)}. */
  static final class Future {
    private Future() {}

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

  /** {@code AsynchronousSocketChannelImpl.connect(SocketAddress, A, CompletionHandler)}. */
  static final class Handler {
    private Handler() {}

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
