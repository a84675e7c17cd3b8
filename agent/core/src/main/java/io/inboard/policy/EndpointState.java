// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Candidate;
import io.inboard.balance.Load;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this JVM knows of one endpoint. The weight belongs to one version of the settings; all the
 * rest lives on through changes of settings, as long as the address stays.
 */
public final class EndpointState implements Candidate, Endpoints.Picked {
  private final String address;
  private final int weight;
  private final String zone;
  private final Health health;

  /** Null: nothing. Any thread writes; the last one counts. */
  private volatile Object made;

  /**
   * An endpoint that nothing is known of.
   *
   * @param siblings counts what is in flight to all endpoints of the destination
   */
  EndpointState(Listed listed, LongAdder siblings) {
    this(listed, new Health(siblings));
  }

  private EndpointState(Listed listed, Health health) {
    this.address = listed.address();
    this.weight = listed.weight();
    this.zone = listed.zone();
    this.health = health;
  }

  /** The same endpoint, as another list has it. */
  EndpointState as(Listed listed) {
    return listed.weight() == weight && listed.zone().equals(zone)
        ? this
        : new EndpointState(listed, health);
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
    return health;
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
    return health.inFlight();
  }

  /** Attempts that were sent to it. */
  public long requests() {
    return health.requests();
  }

  /** Attempts that it failed. */
  public long failures() {
    return health.failedRequests();
  }

  /** How often it was ejected. */
  public long ejections() {
    long sum = 0;
    for (EjectionReason reason : EjectionReason.values()) {
      sum += health.ejections(reason);
    }
    return sum;
  }

  Health health() {
    return health;
  }

  /** As it is picked while it is healthy. */
  @Override
  public EndpointState endpoint() {
    return this;
  }

  @Override
  public Lease lease() {
    return Health.NO_LEASE;
  }

  boolean sameAs(EndpointState other) {
    return health == other.health;
  }
}
