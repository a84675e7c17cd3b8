// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import io.inboard.weave.Advice;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;

/**
 * A port is bound. What the enter advice refuses was never bound; a port that the system chooses is
 * judged when it has, before anybody accepts from it.
 */
final class ListenAdvice {
  private ListenAdvice() {}

  /** {@code ServerSocket.bind(SocketAddress, int)}, which its constructors call, too. */
  static final class Socket {
    private Socket() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.Argument(0) SocketAddress address) {
      return Ports.refusal(address);
    }

    static Throwable enter(Throwable error, SocketAddress address) {
      return Ports.afterError(error, address);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Enter Throwable refusal,
        @Advice.This ServerSocket socket,
        @Advice.Argument(0) SocketAddress address,
        @Advice.Thrown Throwable thrown) {
      return refusal != null || thrown != null
          ? refusal
          : Ports.closing(
              Ports.opened(address, socket.getLocalSocketAddress(), socket, s -> !s.isClosed()),
              socket);
    }

    static Throwable exit(
        Throwable error,
        Throwable refusal,
        ServerSocket socket,
        SocketAddress address,
        Throwable thrown) {
      return refusal != null || thrown != null
          ? refusal
          : Ports.closing(Ports.afterError(error, address), socket);
    }
  }

  /** {@code ServerSocketChannelImpl.bind(SocketAddress, int)}, and the asynchronous one. */
  static final class Channel {
    private Channel() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Throwable enter(@Advice.Argument(0) SocketAddress address) {
      return Ports.refusal(address);
    }

    static Throwable enter(Throwable error, SocketAddress address) {
      return Ports.afterError(error, address);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown
    static Throwable exit(
        @Advice.Enter Throwable refusal,
        @Advice.This NetworkChannel channel,
        @Advice.Argument(0) SocketAddress address,
        @Advice.Thrown Throwable thrown)
        throws IOException {
      return refusal != null || thrown != null
          ? refusal
          : Ports.closing(
              Ports.opened(address, channel.getLocalAddress(), channel, NetworkChannel::isOpen),
              channel);
    }

    static Throwable exit(
        Throwable error,
        Throwable refusal,
        NetworkChannel channel,
        SocketAddress address,
        Throwable thrown) {
      return refusal != null || thrown != null
          ? refusal
          : Ports.closing(Ports.afterError(error, address), channel);
    }
  }
}
