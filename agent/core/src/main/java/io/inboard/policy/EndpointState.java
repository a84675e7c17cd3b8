// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Candidate;
import io.inboard.balance.Load;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this JVM knows of one endpoint. The weight belongs to one version of the settings; all the
 * rest lives on through changes of settings, as long as the address stays.
 */
public final class EndpointState implements Candidate {
  private final String address;
  private final int weight;
  private final String zone;
  private final Shared shared;

  /** Null: nothing. Any thread writes; the last one counts. */
  private volatile Object made;

  private final Optional<EndpointState> itself = Optional.of(this);

  /** What a pick of it gives while it is healthy; made once, not for every call. */
  private final Endpoints.Picked healthy = new Endpoints.Picked(this, Health.NO_LEASE);

  /**
   * An endpoint that nothing is known of.
   *
   * @param siblings counts what is in flight to all endpoints of the destination
   */
  EndpointState(Listed listed, LongAdder siblings) {
    this(listed, new Shared(new Load(siblings)));
  }

  private EndpointState(Listed listed, Shared shared) {
    this.address = listed.address();
    this.weight = listed.weight();
    this.zone = listed.zone();
    this.shared = shared;
  }

  /** The same endpoint, as another list has it. */
  EndpointState as(Listed listed) {
    return listed.weight() == weight && listed.zone().equals(zone)
        ? this
        : new EndpointState(listed, shared);
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public String zone() {
    return zone;
  }

  @Override
  public Load load() {
    return shared.load;
  }

  @Override
  public int weight() {
    return weight;
  }

  /** What its user last made of it, so that it need not be looked up; null: nothing. */
  public Object made() {
    return made;
  }

  /** Remembers what was made of it. Any thread; the last one counts. */
  public void made(Object immutable) {
    made = immutable;
  }

  /** Requests under way to it. */
  public int inFlight() {
    return shared.load.inFlight();
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

  void sent() {
    shared.requests.increment();
  }

  void failed() {
    shared.failures.increment();
  }

  Health health() {
    return shared.health;
  }

  /** Made once, not for every call. */
  Optional<EndpointState> itself() {
    return itself;
  }

  Endpoints.Picked healthy() {
    return healthy;
  }

  boolean sameAs(EndpointState other) {
    return shared == other.shared;
  }

  private static final class Shared {
    final Load load;
    final LongAdder requests = new LongAdder();
    final LongAdder failures = new LongAdder();
    final Health health = new Health();

    Shared(Load load) {
      this.load = load;
    }
  }
}
