// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Call;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import java.io.IOException;
import java.util.ArrayList;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.Connection;

/**
 * What Jetty does by itself with exchanges, requests and connections, as its hooks tell of it: each
 * finds the hop whose attempt that is, if there is one. On whichever thread Jetty does it.
 */
final class HopEvents {
  private HopEvents() {}

  /**
   * {@code HttpDestination#send(HttpExchange)}: begins a hop.
   *
   * @return whether it sends the exchange; false to let Jetty send it, be it an attempt of ours or
   *     as without us
   */
  static boolean begin(Object destination, Object exchange) {
    Object conversation = Jetty.conversation(exchange);
    Hop before = Jetty.hop(conversation);
    InFlight attempt = before == null ? null : before.find(exchange);
    if (attempt != null) {
      return staysOnItsWay(attempt, destination);
    }
    Object request = Jetty.request(exchange);
    if (Inboard.outbound().disabled() || Jetty.abortCause(request) != null) {
      Jetty.noHop(conversation);
      return false;
    }
    Context context = before == null ? Inboard.contexts().current() : before.context();
    Outgoing outgoing = new Outgoing(Jetty.client(destination), request);
    SentBody body = SentBody.of(request);
    HopRequest view = new HopRequest(destination, request, outgoing, body);
    Call call;
    try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
      call = Inboard.outbound().begin(view);
    }
    if (call == Call.UNTOUCHED) {
      Jetty.noHop(conversation);
      return false;
    }
    if (body != null) {
      body.of(call);
    }
    return new Hop(destination, exchange, context, outgoing, body, view, call).start();
  }

  /**
   * What a connection did not take Jetty sends again: 12.1 to where its request would go without
   * us, perhaps in plaintext.
   */
  private static boolean staysOnItsWay(InFlight attempt, Object destination) {
    if (attempt.destination() == destination) {
      return false;
    }
    Jetty.send(attempt.destination(), attempt.exchange());
    return true;
  }

  /** {@code HttpConversation#updateResponseListeners}, afterwards. */
  static void listening(Object conversation) {
    Hop hop = Jetty.hop(conversation);
    InFlight flight = hop == null ? null : hop.heard();
    if (flight != null) {
      Held.stand(flight, conversation);
    }
  }

  /** {@code HttpDestination#failed}: only attempts fail, their requests may get another one. */
  static boolean unconnected(Object destination, Throwable failure) {
    for (Object exchange : new ArrayList<>(Jetty.queue(destination))) {
      Hop hop = Jetty.hop(Jetty.conversation(exchange));
      if (hop != null && hop.find(exchange) != null) {
        hop.failUnread(exchange, failure);
      } else {
        Jetty.abortRequest(Jetty.request(exchange), failure);
      }
    }
    return true;
  }

  /**
   * {@code HttpConnectionOverHTTP#send(HttpExchange)}: a connection whose end Jetty has not seen
   * yet is given up, and Jetty takes another one.
   *
   * @return a {@code SendFailure} in place of sending; null: send
   */
  static Object carried(Object connection, Object exchange) {
    Hop hop = Jetty.hop(Jetty.conversation(exchange));
    InFlight flight = hop == null ? null : hop.find(exchange);
    if (flight == null) {
      return null;
    }
    if (flight.meshRetries() && Liveness.isDead(connection)) {
      ((Connection) connection).close();
      return Members.NEW_SEND_FAILURE.call(
          new IOException("the server closed the connection before the request"), true);
    }
    SSLException astray = flight.astray(connection);
    if (astray != null) {
      return Members.NEW_SEND_FAILURE.call(astray, false);
    }
    if (hop.body() instanceof OldContent old) {
      old.readBy(exchange);
    }
    flight.carriedBy(connection);
    return null;
  }

  /** {@code HttpRequest#abort}: the hop that is to end; null if there is none. */
  static Object aborting(Object request, Throwable cause) {
    Hop hop = Jetty.hop(Jetty.conversationOf(request));
    return hop != null && hop.aborts(request, cause) ? hop : null;
  }

  /**
   * {@code HttpRequest#abort} by the connection of an attempt: false if it carries none of ours.
   */
  static boolean failsAttempt(Object request, Throwable cause) {
    Hop hop = Jetty.hop(Jetty.conversationOf(request));
    if (hop == null || !hop.runs(request)) {
      return false;
    }
    Object lost = LostConnection.of(cause);
    for (InFlight flight : hop.flights()) {
      // Perhaps not the current one: that goes elsewhere already.
      if (lost != null ? flight.isCarriedBy(lost) : flight.isReset(cause)) {
        if (flight.isReleased()) {
          return false;
        }
        Jetty.abort(flight.exchange(), cause);
        return true;
      }
    }
    return lost != null;
  }

  /** {@code HttpReceiverOverHTTP2#onReset}, upon which Jetty aborts the request, perhaps later. */
  static void reset(Object receiver, boolean refused) {
    Object exchange = Members.EXCHANGE_OF.call(receiver);
    Hop hop = exchange == null ? null : Jetty.hop(Jetty.conversation(exchange));
    InFlight flight = hop == null ? null : hop.find(exchange);
    if (flight != null) {
      flight.reset(refused);
    }
  }
}
