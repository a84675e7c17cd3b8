// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

/**
 * What stands between a call and its first attempt, in this order: each may refuse the call, answer
 * it, or let it wait, and then no later one is asked. What is refused here does not count as a
 * failure: nothing was sent. This is the only place that says the order; {@link GatedCall} does
 * what each says.
 *
 * <p>Cheap and certain reasons come first, then those that protect the destination, and last what
 * takes something that must be given back: so a call that is refused has neither spent a token nor
 * held a place.
 */
enum Gate {
  /** TLS is asked for, and there is no usable identity: UNTRUSTED. */
  IDENTITY,
  /** The time of the request that this call serves is up: TIMEOUT. */
  DEADLINE,
  /** The settings inject a fault: an answer of ours, perhaps after a delay. */
  FAULT,
  /**
   * Too many calls are under way ({@code http2MaxRequests}): OVERFLOW. Before the first gate at
   * which calls wait: those that wait are under way, too.
   */
  CALLS,
  /**
   * There is no endpoint, or none is known: NO_ENDPOINT. A call that came before the first answer
   * of their source waits for it, at most for as long as for a connection.
   */
  ENDPOINTS,
  /** Too much of what was sent before failed ({@code admissionControl}): THROTTLED. */
  ADMISSION,
  /**
   * Too many attempts are under way ({@code maxConnections}): the call waits for its turn; OVERFLOW
   * when too many wait, or it has waited for too long.
   */
  POOL,
  /** The circuit breaker is open: CIRCUIT_OPEN. From here on the call counts for its budgets. */
  BREAKER
}
