// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Which of several endpoints takes the next request. Pure choice: knows weights and requests in
 * flight, no health, no clock, no network. Formulas: Envoy's load balancers, and Mitzenmacher's
 * "The Power of Two Choices".
 */
package io.inboard.balance;
