// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.Inboard;
import io.inboard.weave.Advice;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** Where a request begins to wait for a thread. */
final class QueueAdvice {
  private QueueAdvice() {}

  /** The poller saw that bytes can be read, and hands the connection to the executor. */
  static final class Dispatch {
    private Dispatch() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.Argument(0) SocketWrapperBase<?> wrapper,
        @Advice.Argument(1) SocketEvent event,
        @Advice.Argument(2) boolean dispatch) {
      if (dispatch
          && event == SocketEvent.OPEN_READ
          && wrapper != null
          && !Inboard.inbound().disabled()) {
        Arrivals.dispatched(wrapper);
      }
    }
  }

  /** The first frame of a stream has come; another thread will serve it. */
  static final class StreamCreated {
    private StreamCreated() {}

    @Advice.OnMethodExit
    static void exit(@Advice.FieldValue("coyoteRequest") Request request) {
      if (!Inboard.inbound().disabled()) {
        Arrivals.created(request);
      }
    }
  }
}
