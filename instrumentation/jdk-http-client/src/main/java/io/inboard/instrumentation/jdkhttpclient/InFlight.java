// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.client.AsyncTransport;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** One attempt, from the moment that it is to be sent; with its response head once that is here. */
final class InFlight implements AsyncTransport.Sending<InFlight> {
  private final Hop hop;
  private final Attempt attempt;
  private final Outgoing outgoing;
  private final Object exchange;

  /** The JDK's; written before the end of the attempt is reported. */
  private Object response;

  InFlight(Hop hop, Attempt attempt, Outgoing outgoing, Object exchange) {
    this.hop = hop;
    this.attempt = attempt;
    this.outgoing = outgoing;
    this.exchange = exchange;
  }

  Outgoing outgoing() {
    return outgoing;
  }

  /** The attempt, if the JDK looks for its host by itself; or null. */
  Attempt undirected() {
    return hop.isBystander() || attempt.endpoint().isPresent() ? null : attempt;
  }

  Object exchange() {
    return exchange;
  }

  Object response() {
    return response;
  }

  @Override
  // What this stage throws is caught inside it.
  @SuppressWarnings("FutureReturnValueIgnored")
  public void send(BiConsumer<InFlight, Throwable> ended) {
    EndpointAddress address =
        hop.isBystander() ? null : attempt.endpoint().map(EndpointAddress::of).orElse(null);
    outgoing.route().begin(address, attempt.connectTimeoutNanos(), attempt.meshRetries());
    attempt.writeHeaders(outgoing);
    CompletableFuture<Object> head;
    try {
      head = Internals.send(exchange);
    } catch (Throwable e) {
      head = CompletableFuture.failedFuture(e);
    }
    head.whenComplete(
        (got, e) -> {
          if (e != null) {
            failed();
          }
          response = got;
          ended.accept(e == null ? this : null, e);
        });
  }

  /** Whatever we find out of it, the application is waiting for its end. */
  private void failed() {
    try {
      Stale.failed(exchange);
    } catch (Throwable e) {
      Handover.say(e);
    }
  }

  @Override
  public void stop(IOException cause) {
    Internals.cancel(exchange, cause);
  }

  @Override
  public Progress ended(InFlight head, Throwable error) {
    ConnectionFacts facts = ConnectionFacts.of(exchange, outgoing.route().opensConnection(), error);
    hop.learn(facts);
    if (facts.connected()) {
      attempt.connected(hop.isBystander() ? null : facts.session());
    }
    return facts.progress();
  }
}
