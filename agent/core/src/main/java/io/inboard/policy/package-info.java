// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The decision of one call: what is retried, where, when, and when to stop. A state machine on a
 * clock and a chance that are handed in; no thread, no I/O, no library.
 *
 * <p>Order of a call: deadline, then the breaker of the destination, then a loop of { pick an
 * endpoint that this call has not tried and that is not ejected; send; classify once; tell the
 * ejection and the breaker }. What the mesh refuses by itself (an open breaker, a deadline) is
 * never a failure of an endpoint.
 */
package io.inboard.policy;
