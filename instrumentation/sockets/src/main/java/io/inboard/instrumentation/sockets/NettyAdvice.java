// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import io.inboard.weave.Advice;
import java.lang.reflect.InvocationTargetException;
import java.net.SocketAddress;

/**
 * Netty's own sockets, which know more names than one (see {@link NettyNativeHooks#SHADES}): what
 * is asked of them is asked by reflection, once for each port.
 */
final class NettyAdvice {
  private NettyAdvice() {}

  /** {@code Socket.listen(int)}: bound already, so that the port is known, and deaf still. */
  static final class Listen {
    private Listen() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.This Object socket) throws ReflectiveOperationException {
      return Ports.refusal(local(socket));
    }

    static Throwable enter(Throwable error, Object socket) {
      return Ports.afterError(error, null);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Enter Throwable refusal,
        @Advice.This Object socket,
        @Advice.Thrown Throwable thrown)
        throws ReflectiveOperationException {
      if (refusal == null && thrown == null) {
        SocketAddress local = local(socket);
        Ports.opened(local, local, socket, Listen::isOpen);
      }
      return refusal;
    }

    static Throwable exit(Throwable error, Throwable refusal, Object socket, Throwable thrown) {
      return refusal;
    }

    /** Null for a socket of another kind. */
    private static SocketAddress local(Object socket) throws ReflectiveOperationException {
      return (SocketAddress) call(socket, "localAddress");
    }

    private static boolean isOpen(Object socket) {
      try {
        return (boolean) call(socket, "isOpen");
      } catch (ReflectiveOperationException e) {
        return false;
      }
    }

    private static Object call(Object socket, String method)
        throws NoSuchMethodException, InvocationTargetException, IllegalAccessException {
      return socket.getClass().getMethod(method).invoke(socket);
    }
  }

  /**
   * {@code doConnect(SocketAddress, SocketAddress)}, and by io_uring {@code connect(SocketAddress,
   * SocketAddress, ChannelPromise)}: what it throws fails the promise, of the latter in
   * AbstractChannelHandlerContext.invokeConnect.
   */
  static final class Connect {
    private Connect() {}

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
}
