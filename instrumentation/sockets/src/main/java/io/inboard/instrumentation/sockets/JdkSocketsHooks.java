// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Where the JDK binds and connects TCP: three kinds of each. Nothing is woven into reading and
 * writing. A {@code SocketChannel.socket()} connects by blockingConnect, a {@code
 * ServerSocketChannel.socket()} binds by its channel, an SSLSocket by its super class.
 */
public final class JdkSocketsHooks implements Library {
  static final String NAME = "jdk-sockets";

  private static final String ADDRESS = "java.net.SocketAddress";
  private static final String CHANNEL = "sun.nio.ch.SocketChannelImpl";
  private static final String ASYNCHRONOUS = "sun.nio.ch.AsynchronousSocketChannelImpl";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave("java.net.ServerSocket", method("bind", ADDRESS, "int"), ListenAdvice.Socket.class)
        .weave(
            "sun.nio.ch.ServerSocketChannelImpl",
            method("bind", ADDRESS, "int"),
            ListenAdvice.Channel.class)
        .weave(
            "sun.nio.ch.AsynchronousServerSocketChannelImpl",
            method("bind", ADDRESS, "int"),
            ListenAdvice.Channel.class)
        .weave("java.net.Socket", method("connect", ADDRESS, "int"), ConnectAdvice.Checked.class)
        .weave(CHANNEL, method("connect", ADDRESS), ConnectAdvice.Checked.class)
        .weave(CHANNEL, method("blockingConnect", ADDRESS, "long"), ConnectAdvice.Checked.class)
        .weave(ASYNCHRONOUS, method("connect", ADDRESS), ConnectAdvice.Unchecked.class)
        .weave(ASYNCHRONOUS, method("connect", 3), ConnectAdvice.Unchecked.class)
        .build();
  }
}
