// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

/**
 * What a user gets of the mesh with a library: the columns of the table of what works, in their
 * order. A test says by {@link Shows} which of them it shows.
 */
public enum Feature {
  TRACING("tracing"),
  ROUTES("routes"),
  MUTUAL_TLS("mutual TLS"),
  /** Over mutual TLS, where the other side speaks it, too. */
  HTTP2("HTTP/2"),
  BALANCING("balancing"),
  RETRIES("retries"),
  HEDGING("hedging"),
  TIMEOUTS("timeouts"),
  /** Circuit breaker, and the ejection of endpoints that fail. */
  BREAKER("breaker"),
  /** The application does not wait; of a server: it answers later. */
  ASYNC("async"),
  /** What the library's pool says of itself stays right, whatever becomes of calls. */
  POOL("pool"),
  /** The peer's proven identity reaches the application, and no other one. */
  IDENTITY("identity"),
  AUTHORIZATION("authorization"),
  /** How long a request has waited in the server, for its deadline and for shedding. */
  QUEUE("queue time"),
  /** {@code enabled: false} leaves what the library does alone. */
  SWITCH("switch");

  private final String title;

  Feature(String title) {
    this.title = title;
  }

  /** The column's. */
  String title() {
    return title;
  }
}
