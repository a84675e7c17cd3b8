// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Log;
import io.inboard.call.Step;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * What the JDK gets of a hop: a response head of one of its attempts, one of the mesh, or an error.
 * Used like {@link Hop}, by one thread at a time; {@link #fail} and {@link #end} by any.
 */
final class Handover {
  private final Conversation conversation;
  private final Object multi;

  /** The exchange that the JDK's loop holds on to. */
  private final Object first;

  private final Outgoing own;
  private final CompletableFuture<Object> result = new CompletableFuture<>();

  /** The conversation's exchange, which it asks for the body. */
  private Object current;

  /** The exchange that the mesh has answered; null if none. Volatile: any thread ends a hop. */
  private volatile Object answered;

  Handover(Conversation conversation, Object multi, Object first, Outgoing own) {
    this.conversation = conversation;
    this.multi = multi;
    this.first = first;
    this.own = own;
    this.current = first;
  }

  /** In place of the JDK's. */
  CompletableFuture<Object> result() {
    return result;
  }

  void makeCurrent(Object exchange) {
    if (exchange != current) {
      Internals.setExchange(multi, exchange);
      current = exchange;
    }
  }

  /** Lets the JDK go on with the exchange of another attempt than the first. */
  void response(InFlight flight) {
    Object exchange = flight.exchange();
    if (exchange != first) {
      makeCurrent(exchange);
      Internals.adopt(first, exchange);
    }
    if (flight.outgoing() == own) {
      result.complete(flight.response());
      return;
    }
    // Of a copy that the application shall not see.
    flight.outgoing().noteOn(own);
    Object connection = Internals.connection(Internals.impl(exchange));
    result.complete(Internals.responseOf(first, own.request(), flight.response(), connection));
  }

  void answer(Step.Answer answer) throws IOException {
    answered = current;
    try {
      result.complete(Answers.respond(first, current, answer));
    } catch (Throwable e) {
      say(e);
      throw new IOException("cannot answer", e);
    }
  }

  /** Nobody asks for the body of an answer any more: a redirect is followed without it. */
  void end() {
    Object exchange = answered;
    if (exchange != null) {
      Answers.forget(exchange);
    }
  }

  /** An error that the JDK may repeat by itself, in another call. */
  void leave(Throwable error) {
    result.completeExceptionally(error);
  }

  /** Fails for good: what the JDK would repeat by itself has been counted by the core already. */
  void fail(Throwable error) {
    conversation.decide(error);
    Internals.hideUnprocessed(first);
    result.completeExceptionally(error);
  }

  static void say(Throwable e) {
    Log.warnOnce(JdkHttpClientHooks.NAME, "java.net.http: an attempt is left as it stands: " + e);
  }
}
