// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import io.inboard.smoke.support.FaultyServer.Fault;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** Ways to misbehave. */
public final class Faults {
  private Faults() {}

  /** The same answer to everything, at once. */
  public static Fault status(int status) {
    byte[] response = FaultyServer.response(status + " Status", "", "no");
    return (arrival, server) -> server.answer(arrival, response);
  }

  /** That share of the requests meets a fault. */
  public static Fault sometimes(int percent, Fault fault) {
    return sometimes(percent, () -> ThreadLocalRandom.current().nextDouble(100), fault);
  }

  private static Fault sometimes(int percent, DoubleSupplier dice, Fault fault) {
    return (arrival, server) ->
        (dice.getAsDouble() < percent ? fault : Fault.NONE).meet(arrival, server);
  }

  public static Fault after(long millis, Fault then) {
    return (arrival, server) -> {
      Await.pause(millis);
      return then.meet(arrival, server);
    };
  }

  /** Never an answer; until the client closes. */
  public static Fault silence() {
    return (arrival, server) -> {
      while (arrival.socket().getInputStream().read() >= 0) {
        // Nothing more is expected.
      }
      return false;
    };
  }

  /** The request was read as a whole; then RST. */
  public static Fault resetAfterRequest() {
    return (arrival, server) -> {
      server.reset(arrival.socket());
      return false;
    };
  }

  /** The request was read as a whole; then FIN. */
  public static Fault closeAfterRequest() {
    return (arrival, server) -> false;
  }
}
