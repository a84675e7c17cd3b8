// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpField;

/**
 * {@link Held} in Jetty 9.4 to 11, where listeners are a list, which hears nothing while it is
 * empty. What Jetty says to it is seen by hooks in {@code ResponseNotifier}; each returns whether
 * nothing is to be said. A body without a listener is passed over.
 */
final class HeldList extends ArrayList<Object> {
  private static final long serialVersionUID = 1L;

  private final transient Events events;

  private HeldList(Events events) {
    this.events = events;
  }

  private static Events of(Object listeners) {
    return listeners instanceof HeldList held ? held.events : null;
  }

  static boolean begins(Object listeners, Object response) {
    Events events = of(listeners);
    if (events != null && events.goesThrough(response)) {
      events.begun();
      events.let();
    }
    return events != null && !events.isMine(response);
  }

  static boolean hasField(Object listeners, Object response, HttpField field) {
    Events events = of(listeners);
    if (events != null && !events.goesThrough(response)) {
      events.remember(response, field);
    }
    return events != null && !events.isMine(response);
  }

  static boolean hasHead(Object listeners, Object response) {
    Events events = of(listeners);
    boolean held = events != null && events.isMine(response) && !events.goesThrough(response);
    if (held) {
      events.headIsHere(response);
      events.passed = true;
    }
    return events != null && (!events.isMine(response) || (held && events.isAborted()));
  }

  static boolean ends(Object listeners, Object response) {
    Events events = of(listeners);
    return events != null && !events.isMine(response);
  }

  static boolean isComplete(Object listeners, Object result) {
    Events events = of(listeners);
    return events != null && !events.flight.completes(result);
  }

  // Two lists are the same if they are one.

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  /** What is decided of them. */
  static final class Events extends Held {
    private final List<?> own;
    private final HeldList list;

    /** Whether the head has passed, and with it the moment to begin to listen to the body. */
    private volatile boolean passed;

    @SuppressWarnings("this-escape")
    Events(InFlight flight, Object own) {
      super(flight);
      this.own = (List<?>) own;
      this.list = new HeldList(this);
    }

    @Override
    Object listeners() {
      return list;
    }

    /** From now on Jetty's listeners hear. */
    void let() {
      if (list.isEmpty()) {
        list.addAll(own);
      }
    }

    private Object notifier() {
      return Members.NOTIFIER_OF.call(flight.destination());
    }

    /** All but that the head is complete, which Jetty says to the list itself. */
    @Override
    void tellHead(Object response, List<HttpField> fields) {
      Object notifier = notifier();
      // Before anything is said: who hears of it may abort, and hears of the failure by the list.
      let();
      Members.BEGIN.call(notifier, own, response);
      for (HttpField field : fields) {
        if (isAborted()) {
          return;
        }
        if (!(boolean) Members.HEADER.call(notifier, own, response, field)) {
          Headers.remove(Jetty.responseHeaders(response), field.getName());
        }
      }
    }

    @Override
    void fail(Object result) {
      Object notifier = notifier();
      Members.FAIL.call(notifier, own, Jetty.responseOf(result), Jetty.failure(result));
      Members.COMPLETE.call(notifier, own, result);
    }

    @Override
    void answer(Object response, byte[] body) {
      Object whole = Members.NEW_CONTENT_RESPONSE.call(response, body, null, null);
      Members.FORWARD.call(notifier(), own, Jetty.request(flight.exchange()), whole);
    }

    @Override
    void release() {
      if (passed) {
        throw new IllegalStateException("the body has passed", new IOException());
      }
    }

    @Override
    void discard() {}
  }
}
