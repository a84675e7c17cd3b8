// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.util.ForwardingSubchannel;
import io.inboard.call.Attempt;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * A connection of the channel's own balancer that says where it may lead. A picker cannot ask it: a
 * subchannel tells its addresses in the synchronization context only, its attributes everywhere.
 * Written in that context.
 */
final class Reached extends ForwardingSubchannel {
  private static final Attributes.Key<Reached> KEY = Attributes.Key.create("io.inboard.reached");

  private final Subchannel own;
  private volatile List<EquivalentAddressGroup> groups;

  private Reached(Subchannel own, List<EquivalentAddressGroup> groups) {
    this.own = own;
    this.groups = groups;
  }

  static Subchannel make(Helper channel, CreateSubchannelArgs arguments) {
    return new Reached(channel.createSubchannel(arguments), List.copyOf(arguments.getAddresses()));
  }

  @Override
  protected Subchannel delegate() {
    return own;
  }

  @Override
  public void updateAddresses(List<EquivalentAddressGroup> addresses) {
    groups = List.copyOf(addresses);
    own.updateAddresses(addresses);
  }

  /** Also by way of whoever wraps this one. */
  @Override
  public Attributes getAttributes() {
    return own.getAttributes().toBuilder().set(KEY, this).build();
  }

  /** Why an attempt must not go over a connection. */
  static Optional<String> astray(Attempt attempt, Subchannel over) {
    Reached known = over instanceof Reached direct ? direct : over.getAttributes().get(KEY);
    if (known == null) {
      return Optional.empty();
    }
    for (EquivalentAddressGroup group : known.groups) {
      for (SocketAddress address : group.getAddresses()) {
        Optional<String> why = attempt.astray(address);
        if (why.isPresent()) {
          return why;
        }
      }
    }
    return Optional.empty();
  }
}
