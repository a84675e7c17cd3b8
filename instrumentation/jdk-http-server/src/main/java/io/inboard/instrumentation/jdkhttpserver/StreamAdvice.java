// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.weave.Advice;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * The streams under a connection. Each enter answers null, and the JDK's own code runs, or what
 * happened instead: a result, or the error that the caller is to get.
 */
final class StreamAdvice {
  private StreamAdvice() {}

  static final class Read {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(
        @Advice.FieldValue("channel") SocketChannel channel,
        @Advice.Argument(0) byte[] bytes,
        @Advice.Argument(1) int offset,
        @Advice.Argument(2) int length) {
      try {
        int count = Connections.of(channel).read(bytes, offset, length);
        return count == Connection.PLAIN ? null : (Object) count;
      } catch (IOException e) {
        return e;
      }
    }

    static Object enter(Throwable error, SocketChannel channel, byte[] b, int offset, int length) {
      Object refusal = Connections.refusal(channel, error);
      Connection known = Connections.known(channel);
      int early = refusal == null && known != null ? known.handOn(b, offset, length) : 0;
      return early > 0 ? (Object) early : refusal;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object instead) {
      return instead(instead);
    }

    /** What was read already must not be lost. */
    static Object[] exit(Throwable error, Object instead) {
      return instead(instead);
    }
  }

  /**
   * The server looks here for a request that came in the same TLS record as the last one, and gives
   * a connection without one back to its selector. While the stream's own code has read nothing it
   * answers with the size of its empty buffer, so it is not asked before it has.
   */
  static final class Available {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(@Advice.FieldValue("channel") SocketChannel channel) {
      int count = Connections.of(channel).available();
      return count == Connection.PLAIN ? null : (Object) count;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned(index = 0)
    static Object[] exit(@Advice.Enter Object instead) {
      return instead(instead);
    }
  }

  static final class Write {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(
        @Advice.FieldValue("channel") SocketChannel channel,
        @Advice.Argument(0) byte[] bytes,
        @Advice.Argument(1) int offset,
        @Advice.Argument(2) int length) {
      try {
        return Connections.of(channel).write(bytes, offset, length) ? (Object) 0 : null;
      } catch (IOException e) {
        return e;
      }
    }

    static Object enter(Throwable error, SocketChannel channel, byte[] b, int offset, int length) {
      return Connections.refusal(channel, error);
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object instead) {
      return instead(instead);
    }
  }

  static final class Close {
    @Advice.OnMethodEnter
    static void enter(@Advice.FieldValue("chan") SocketChannel channel) {
      if (channel != null) {
        Connections.close(channel);
      }
    }
  }

  /** Result and error for the exit's assignments; null, and nothing is assigned. */
  private static Object[] instead(Object instead) {
    if (instead == null) {
      return null;
    }
    return instead instanceof Throwable ? new Object[] {0, instead} : new Object[] {instead, null};
  }
}
