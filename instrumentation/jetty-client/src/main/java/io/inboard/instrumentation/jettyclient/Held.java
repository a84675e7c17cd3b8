// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpField;

/**
 * What stands between Jetty and those who are told of an exchange, as long as it is not known
 * whether they are to hear of this attempt. Made each time that Jetty decides who is told: when an
 * exchange is made, and when a response begins, interim ones included, which go through.
 *
 * <p>Jetty tells of one exchange in order, one thread after the other. An exchange before the
 * current one, whose response nobody wants, tells of its end through what stands before the
 * listeners of the current one: hence each asks whose response it is.
 */
abstract class Held {
  final InFlight flight;

  /** The fields of the head as they came: some Jetty changes before it says that all are there. */
  private final List<HttpField> fields = new ArrayList<>();

  /** Whether the application has heard of the head. */
  private boolean emitted;

  Held(InFlight flight) {
    this.flight = flight;
  }

  /** Stands before these listeners of a conversation. */
  static void stand(InFlight flight, Object conversation) {
    Object own = Jetty.told(conversation);
    Held held = Jetty.IS_12 ? HeldListeners.of(flight, own) : new HeldList.Events(flight, own);
    flight.listeners(held);
    Jetty.tell(conversation, held.listeners());
  }

  /** What Jetty gets in the place of its own listeners. */
  abstract Object listeners();

  /** Says the head again: its beginning, and each field. */
  abstract void tellHead(Object response, List<HttpField> head);

  /** The attempt was the last one, and has failed: so has the request. */
  abstract void fail(Object result);

  /** The application gets a response that the mesh has made, to its end. */
  abstract void answer(Object response, byte[] body);

  /**
   * The application gets the response: what Jetty has held back of it goes to it now, and the rest
   * as it comes.
   */
  abstract void release();

  /** Nobody gets the response. */
  abstract void discard();

  final boolean isMine(Object response) {
    return response == Jetty.response(flight.exchange());
  }

  /** Whether what is said goes to those that Jetty has chosen. */
  final boolean goesThrough(Object response) {
    return isMine(response) && (flight.isReleased() || Jetty.isInterim(response));
  }

  final void begun() {
    emitted = true;
  }

  final void remember(Object response, HttpField field) {
    if (isMine(response)) {
      fields.add(field);
    }
  }

  /** All fields of the head are here: the mesh decides. */
  final void headIsHere(Object response) {
    flight.head(this);
    emitIfReleased(response);
  }

  /**
   * Whether the application has aborted the request, perhaps while it was told: it hears of the
   * failure then, and of nothing else.
   */
  final boolean isAborted() {
    return Jetty.abortCause(Jetty.request(flight.exchange())) != null;
  }

  final void emitIfReleased(Object response) {
    if (!emitted && flight.isReleased()) {
      emitted = true;
      tellHead(response, fields);
    }
  }
}
