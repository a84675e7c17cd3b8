// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.weave.Advice;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * Between the server's dispatcher and the threads of the application's executor: how long a request
 * waits there, and that nothing goes there before it is one, or a step of a handshake.
 */
final class QueueAdvice {
  private QueueAdvice() {}

  /** The server's dispatcher saw bytes, or has some left of the last read. */
  static final class Dispatched {
    private Dispatched() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.FieldValue("this$0") Object server,
        @Advice.Argument(0) SocketChannel channel,
        @Advice.Argument(1) Object connection) {
      return Connections.of(channel).awaitsMore(server, connection);
    }

    static boolean enter(Throwable error, Object server, SocketChannel channel, Object connection) {
      return blocks(channel);
    }
  }

  /** A thread has it. What it reads from now on, slowly perhaps, is the peer's time. */
  static final class Taken {
    private Taken() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.FieldValue("this$0") Object server,
        @Advice.FieldValue("chan") SocketChannel channel,
        @Advice.FieldValue("connection") Object connection) {
      return Connections.of(channel).taken(server, connection);
    }

    static boolean enter(Throwable error, Object server, SocketChannel channel, Object connection) {
      return blocks(channel);
    }
  }

  /** The dispatcher got an event, perhaps one that {@link Arrivals} has sent. */
  static final class Told {
    private Told() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.FieldValue("this$0") Object server, @Advice.Argument(0) Object event) {
      Arrivals arrivals = Arrivals.of(server);
      boolean ours = arrivals.isOurs(event);
      if (ours) {
        arrivals.handle(server);
      }
      return ours;
    }

    /** The server takes our event for a wish to stop. */
    static boolean enter(Throwable error, Object server, Object event) {
      return Arrivals.of(server).isOurs(event);
    }
  }

  /** After an error of ours the server goes on as it would have, with a channel that blocks. */
  private static boolean blocks(SocketChannel channel) {
    try {
      channel.configureBlocking(true);
    } catch (IOException e) {
      // Closed, which the server's next read shows.
    }
    return false;
  }
}
