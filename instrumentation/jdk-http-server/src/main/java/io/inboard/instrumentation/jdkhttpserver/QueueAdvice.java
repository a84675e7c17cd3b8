// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.weave.Advice;
import java.nio.channels.SocketChannel;

/** How long a request waits for a thread of the application's executor. */
final class QueueAdvice {
  private QueueAdvice() {}

  /** The server's dispatcher saw bytes, or has some left of the last read. */
  static final class Dispatched {
    private Dispatched() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.FieldValue("this$0") Object server, @Advice.Argument(0) SocketChannel channel) {
      Connections.of(channel).dispatched(server);
    }
  }

  /** A thread has it. What it reads from now on, slowly perhaps, is the peer's time. */
  static final class Taken {
    private Taken() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.FieldValue("chan") SocketChannel channel) {
      Connections.of(channel).taken();
    }
  }
}
