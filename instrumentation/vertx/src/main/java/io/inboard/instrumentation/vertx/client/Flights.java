// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.WeakIdentityMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;

/** Finds the attempt that a hook tells of. Any thread. */
final class Flights {
  /**
   * By the library's request, until the call is over, which a value keeps: it leads to its key. The
   * library ends each request, if only with its connection.
   */
  private static final WeakIdentityMap<HttpClientRequest, Flight> BY_REQUEST =
      new WeakIdentityMap<>();

  /** Whose body the mesh wants to see. */
  private static final WeakIdentityMap<HttpClientResponse, Flight> TAPPED = new WeakIdentityMap<>();

  private Flights() {}

  static void put(HttpClientRequest request, Flight flight) {
    BY_REQUEST.put(request, flight);
  }

  static void remove(HttpClientRequest request) {
    BY_REQUEST.remove(request);
  }

  static void tap(HttpClientResponse response, Flight flight) {
    TAPPED.put(response, flight);
  }

  /**
   * {@code HttpClientRequestImpl#doWrite}.
   *
   * @return why it is not written; null: it is
   */
  static Throwable writing(HttpClientRequest request, Object piece, boolean end) {
    Flight flight = BY_REQUEST.get(request);
    if (flight == null) {
      return Watched.sending(request);
    }
    flight.writes(piece, end);
    return null;
  }

  /** {@code HttpClientRequestBase#handleResponse}: whether the library leaves it to us. */
  static boolean responded(HttpClientRequest request, HttpClientResponse response) {
    Flight flight = BY_REQUEST.get(request);
    if (flight == null) {
      Watched.responded(request, response);
      return false;
    }
    return flight.responded(response);
  }

  /** {@code HttpClientRequestImpl#handleException}: whether the library leaves it to us. */
  static boolean failed(HttpClientRequest request, Throwable error) {
    Flight flight = BY_REQUEST.get(request);
    if (flight == null) {
      Watched.failed(request, error);
      return false;
    }
    return flight.failed(error);
  }

  /** {@code HttpClientRequestBase#reset} and {@code cancel}. */
  static void reset(HttpClientRequest request, Throwable cause) {
    Flight flight = BY_REQUEST.get(request);
    if (flight != null) {
      flight.reset(cause);
    }
  }

  /** {@code HttpClientResponseImpl#handleChunk}. */
  static void read(HttpClientResponse response, Buffer piece) {
    Flight flight = TAPPED.get(response);
    if (flight != null) {
      flight.read(piece);
    }
  }

  /** {@code HttpClientResponseImpl#pause}. */
  static void paused(HttpClientResponse response) {
    Flight flight = BY_REQUEST.get(response.request());
    if (flight != null) {
      flight.pausedByApplication();
    }
  }

  /** {@code HttpClientResponseImpl}, at its end. */
  static void finished(HttpClientResponse response) {
    Flight flight = BY_REQUEST.get(response.request());
    if (flight != null) {
      flight.finished(true);
    }
  }
}
