// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.weave.Advice;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.Callback;

/** What {@link ServedStream} hears, in the methods of the class that it extends. */
final class StreamAdvice {
  private StreamAdvice() {}

  /** A part of a response is about to go out, perhaps with its head. */
  static final class Send {
    private Send() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static MetaData.Response enter(
        @Advice.This HttpStream stream, @Advice.Argument(1) MetaData.Response head) {
      return head != null && stream instanceof ServedStream served ? served.respond(head) : null;
    }
  }

  /** The last part of a response is about to go out. */
  static final class Last {
    private Last() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(4)
    static Callback enter(
        @Advice.This HttpStream stream,
        @Advice.Argument(2) boolean last,
        @Advice.Argument(3) ByteBuffer content,
        @Advice.Argument(4) Callback callback) {
      return last && stream instanceof ServedStream served ? served.last(content, callback) : null;
    }
  }

  /** A request has ended well. */
  static final class Succeeded {
    private Succeeded() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpStream stream) {
      if (stream instanceof ServedStream served) {
        served.end(null);
      }
    }
  }

  /** A request has ended otherwise. */
  static final class Failed {
    private Failed() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This HttpStream stream, @Advice.Argument(0) Throwable failure) {
      if (stream instanceof ServedStream served) {
        served.end(failure);
      }
    }
  }
}
