// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.WeakIdentityMap;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * When requests arrived: of a connection's dispatch the first request that it finds, of a stream
 * its own. Tomcat's own start time of a request is that of its parsing, after the wait.
 */
final class Arrivals {
  private static final String CREATED = "io.inboard.created";

  /** By connection, for its life. */
  private static final WeakIdentityMap<SocketWrapperBase<?>, Moment> DISPATCHED =
      new WeakIdentityMap<>();

  private Arrivals() {}

  /** Poller's thread. */
  static void dispatched(SocketWrapperBase<?> wrapper) {
    Moment moment = DISPATCHED.get(wrapper);
    if (moment == null) {
      moment = new Moment();
      DISPATCHED.put(wrapper, moment);
    }
    moment.nanos = System.nanoTime();
    moment.known = true;
  }

  /** The thread that reads the connection. */
  static void created(Request request) {
    request.setAttribute(CREATED, System.nanoTime());
  }

  /**
   * How long a request has waited, in nanoseconds; asked once, on the thread that serves it. 0
   * where nobody can tell: a request that follows another one without a dispatch between them may
   * have come just now.
   */
  static long waited(Request request) {
    if (request.getAttributes().remove(CREATED) instanceof Long created) {
      return System.nanoTime() - created;
    }
    SocketWrapperBase<?> wrapper = Connections.wrapper(request);
    Moment moment = wrapper == null ? null : DISPATCHED.get(wrapper);
    if (moment == null || !moment.known) {
      return 0;
    }
    moment.known = false;
    return System.nanoTime() - moment.nanos;
  }

  /**
   * A request has ended. What was dispatched while it was under way were the bytes of its body, and
   * say nothing of a request that follows in the same breath.
   */
  static void ended(Request request) {
    SocketWrapperBase<?> wrapper = Connections.wrapper(request);
    Moment moment = wrapper == null ? null : DISPATCHED.get(wrapper);
    if (moment != null) {
      moment.known = false;
    }
  }

  /**
   * Written by the poller before it hands the connection over, and read by the thread that got it:
   * the executor's queue orders the two.
   */
  private static final class Moment {
    long nanos;
    boolean known;
  }
}
