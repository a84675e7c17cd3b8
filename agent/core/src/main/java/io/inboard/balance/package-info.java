// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Which of several endpoints takes the next request. Pure choice: knows weights, zones and the load
 * that this JVM sees; no health, no clock, no network. Formulas: RATIONALE.md, Balancing, after
 * Envoy's load balancers, Finagle's peak-EWMA, and Mitzenmacher's "The Power of Two Choices".
 */
package io.inboard.balance;
