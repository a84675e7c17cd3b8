// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Candidate;
import io.inboard.balance.Load;
import io.inboard.settings.Instance;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this JVM knows of one endpoint. Weight, zone and labels belong to one list of endpoints; all
 * the rest lives on through changes of the list and of settings, as long as the address stays.
 */
public final class EndpointState implements Candidate, Endpoints.Picked {
  private final Instance instance;
  private final String address;

  /** The address again, for those who are told where an attempt goes, if anywhere. */
  private final Optional<String> told;

  private final Health health;

  /** Null: nothing. Any thread writes; the last one counts. */
  private volatile Object made;

  /**
   * An endpoint that nothing is known of.
   *
   * @param siblings counts what is in flight to all endpoints of the destination
   */
  EndpointState(Instance instance, LongAdder siblings) {
    this(instance, instance.address(), new Health(siblings));
  }

  private EndpointState(Instance instance, String address, Health health) {
    this.instance = instance;
    this.address = address;
    this.told = Optional.of(address);
    this.health = health;
  }

  /** The same endpoint, as another list has it. */
  EndpointState as(Instance other) {
    return other == instance || other.equals(instance)
        ? this
        : new EndpointState(other, address, health);
  }

  /** As the list has it. */
  public Instance instance() {
    return instance;
  }

  @Override
  public String address() {
    return address;
  }

  /** The same; never empty, and the same object each time. */
  public Optional<String> told() {
    return told;
  }

  @Override
  public String zone() {
    return instance.zone();
  }

  @Override
  public Load load() {
    return health;
  }

  @Override
  public int weight() {
    return instance.weight();
  }

  /** An object that its user attached, so that it need not be looked up; null: none. */
  public Object made() {
    return made;
  }

  /** Attaches an object. Any thread; the last one counts. */
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
