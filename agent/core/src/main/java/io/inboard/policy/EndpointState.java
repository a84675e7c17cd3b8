// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Candidate;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this JVM knows of one endpoint. The weight belongs to one version of the settings; all the
 * rest lives on through changes of settings, as long as the address stays.
 */
public final class EndpointState implements Candidate {
  private final String address;
  private final int weight;
  private final Shared shared;

  /**
   * An endpoint that nothing is known of.
   *
   * @param address tells it from others of the destination: {@code 10.0.0.5:8443}
   * @param weight 1 or more
   */
  public EndpointState(String address, int weight) {
    this(address, weight, new Shared());
  }

  private EndpointState(String address, int weight, Shared shared) {
    this.address = address;
    this.weight = weight;
    this.shared = shared;
  }

  /** The same endpoint with another weight. */
  public EndpointState weighing(int newWeight) {
    return newWeight == weight ? this : new EndpointState(address, newWeight, shared);
  }

  /** What tells it from others of the destination. */
  public String address() {
    return address;
  }

  @Override
  public int weight() {
    return weight;
  }

  @Override
  public int inFlight() {
    return shared.inFlight.get();
  }

  /** Attempts that were sent to it. */
  public long requests() {
    return shared.requests.sum();
  }

  /** Attempts that it failed. */
  public long failures() {
    return shared.failures.sum();
  }

  /** How often it was ejected. */
  public long ejections() {
    long sum = 0;
    for (EjectionReason reason : EjectionReason.values()) {
      sum += shared.health.ejections(reason);
    }
    return sum;
  }

  void begin() {
    shared.inFlight.incrementAndGet();
  }

  void sent() {
    shared.requests.increment();
  }

  void end() {
    shared.inFlight.decrementAndGet();
  }

  void failed() {
    shared.failures.increment();
  }

  Health health() {
    return shared.health;
  }

  boolean sameAs(EndpointState other) {
    return shared == other.shared;
  }

  private static final class Shared {
    final AtomicInteger inFlight = new AtomicInteger();
    final LongAdder requests = new LongAdder();
    final LongAdder failures = new LongAdder();
    final Health health = new Health();
  }
}
