// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Whole scenarios on a virtual clock: the production classes of a client (a {@link
 * io.inboard.policy.DestinationPolicy} and its {@link io.inboard.policy.CallDecision}s, one policy
 * a client) against servers that are simulated. No I/O, no thread, fixed seeds; a second of a
 * thousand requests takes some milliseconds.
 *
 * <p>Absolute times mean nothing here (no network queues, no collector); ratios and orders do, so
 * tests assert ratios.
 *
 * <ul>
 *   <li>{@link io.inboard.simulation.Simulation}: the clock, the heap of events, randomness, open
 *       loop arrivals; a {@link io.inboard.time.Clock}, {@link io.inboard.balance.Chance} and
 *       {@link io.inboard.time.Timer} for the classes under test. Times of scenarios are
 *       milliseconds since the start.
 *   <li>{@link io.inboard.simulation.Peer}: whatever receives attempts ({@link
 *       io.inboard.simulation.Arrival}) and answers, refuses, resets or stays silent. {@link
 *       io.inboard.simulation.Server} is one with k workers, a queue, lognormal service times and
 *       faults as functions of time; {@link io.inboard.simulation.Tier} is one in the middle, which
 *       calls a client of its own before it answers.
 *   <li>{@link io.inboard.simulation.Client}: one JVM's view of one destination. Makes calls, does
 *       what its policy decides, and hands results to {@link io.inboard.simulation.Results}.
 *   <li>{@link io.inboard.simulation.Cluster}: n servers, m clients, settings that may change, a
 *       load; what most scenarios are.
 * </ul>
 */
package io.inboard.simulation;
