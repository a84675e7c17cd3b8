// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.Attributes;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import io.grpc.util.ForwardingLoadBalancerHelper;
import io.inboard.call.Endpoint;
import io.inboard.call.WeakIdentityMap;
import io.inboard.weave.HookErrors;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * The connections of a channel to endpoints of the mesh, beside those of the channel's own
 * balancer, which sees none of them. Made and lost in the channel's synchronization context; picked
 * from by any thread, without a lock.
 */
final class Lines extends ForwardingLoadBalancerHelper {
  /** After which one that nobody has picked is closed, when the next one is made. */
  private static final long UNUSED_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** Weak on both sides: they know their balancer. */
  private static final WeakIdentityMap<Object, WeakReference<Lines>> BY_BALANCER =
      new WeakIdentityMap<>();

  private final Helper channel;
  private final MeshResolver resolver;

  /** By the identity of an endpoint's key, which says plaintext or which TLS. */
  private final Map<Object, Line> lines = new ConcurrentHashMap<>();

  /** Of the channel's own balancer. Written in the synchronization context. */
  private SubchannelPicker own = new Waiting();

  private boolean over;

  Lines(Helper channel) {
    this.channel = channel;
    this.resolver = MeshResolver.of(channel.getSynchronizationContext());
  }

  static void serve(Object balancer, Helper lines) {
    if (balancer != null && lines instanceof Lines made) {
      BY_BALANCER.put(balancer, new WeakReference<>(made));
      made.channel.getSynchronizationContext().execute(made::begin);
    }
  }

  static void shutdown(Object balancer) {
    WeakReference<Lines> known = BY_BALANCER.remove(balancer);
    Lines lines = known == null ? null : known.get();
    if (lines != null) {
      lines.end();
    }
  }

  @Override
  protected Helper delegate() {
    return channel;
  }

  /** Calls of the mesh need not wait for the channel's name. */
  private void begin() {
    if (!over && own instanceof Waiting) {
      channel.updateBalancingState(ConnectivityState.CONNECTING, new Picker(own));
    }
  }

  @Override
  public Subchannel createSubchannel(CreateSubchannelArgs arguments) {
    return Reached.make(channel, arguments);
  }

  @Override
  public void updateBalancingState(ConnectivityState state, SubchannelPicker picker) {
    own = picker;
    boolean starved = resolver != null && resolver.starves();
    channel.updateBalancingState(starved ? ConnectivityState.READY : state, new Picker(picker));
  }

  private void changed() {
    if (!over) {
      channel.updateBalancingState(ConnectivityState.READY, new Picker(own));
    }
  }

  private void end() {
    over = true;
    lines.values().forEach(line -> close(line, null));
    lines.clear();
  }

  private PickResult pick(Flight flight, Endpoint endpoint) {
    long now = System.nanoTime();
    Line line = flight.line();
    while (true) {
      if (line == null) {
        line = lines.get(endpoint.poolKey());
        if (line == null) {
          line = make(flight, endpoint);
        }
        flight.line(line);
      }
      PickResult result = line.pick(now);
      if (result != null) {
        return result;
      }
      lines.remove(endpoint.poolKey(), line);
      line = null;
    }
  }

  private Line make(Flight flight, Endpoint endpoint) {
    Line made = new Line(new Target(endpoint, flight.attempt().connectTimeoutNanos()));
    Line known = lines.putIfAbsent(endpoint.poolKey(), made);
    if (known != null) {
      return known;
    }
    channel.getSynchronizationContext().execute(() -> connect(endpoint.poolKey(), made));
    return made;
  }

  private void connect(Object key, Line line) {
    if (over) {
      lines.remove(key, line);
      line.end(Status.UNAVAILABLE.withDescription("the channel is shut down"));
      return;
    }
    long now = System.nanoTime();
    lines.forEach(
        (other, each) -> {
          if (each != line && now - each.used() > UNUSED_NANOS && lines.remove(other, each)) {
            close(each, null);
          }
        });
    Subchannel subchannel =
        channel.createSubchannel(
            CreateSubchannelArgs.newBuilder()
                .setAddresses(new EquivalentAddressGroup(List.of(line.target()), Attributes.EMPTY))
                .build());
    line.over(subchannel);
    subchannel.start(state -> changed(key, line, state));
    subchannel.requestConnection();
  }

  private void changed(Object key, Line line, ConnectivityStateInfo info) {
    ConnectivityState state = info.getState();
    if (state == ConnectivityState.READY && !line.target().isAsPlanned()) {
      // Nothing but the transport's preface has gone over it.
      SSLException refusal = line.target().unknown();
      lines.remove(key, line);
      close(line, Status.UNAVAILABLE.withDescription(refusal.getMessage()).withCause(refusal));
      changed();
    } else if (state == ConnectivityState.READY) {
      line.ready();
      changed();
    } else if (!line.isOver()
        && (state == ConnectivityState.TRANSIENT_FAILURE
            || (state == ConnectivityState.IDLE && line.wasReady()))) {
      lines.remove(key, line);
      close(line, info.getStatus());
      changed();
    }
  }

  private static void close(Line line, Status why) {
    line.end(why);
    if (line.subchannel() != null) {
      line.subchannel().shutdown();
    }
  }

  /** Where the channel's own balancer has nothing yet. */
  private static final class Waiting extends SubchannelPicker {
    @Override
    public PickResult pickSubchannel(PickSubchannelArgs call) {
      return PickResult.withNoResult();
    }
  }

  /** A new one for each change, so that calls which wait are picked for again. */
  private final class Picker extends SubchannelPicker {
    private final SubchannelPicker others;

    Picker(SubchannelPicker others) {
      this.others = others;
    }

    /** An exception would leave the call without an end. */
    @Override
    public PickResult pickSubchannel(PickSubchannelArgs call) {
      try {
        return pickNow(call);
      } catch (RuntimeException | LinkageError e) {
        HookErrors.report(GrpcClientHooks.NAME, Lines.class, e);
        return PickResult.withDrop(
            Status.INTERNAL
                .withDescription("inboard: no connection could be chosen, by an error of ours")
                .withCause(e));
      }
    }

    private PickResult pickNow(PickSubchannelArgs call) {
      Flight flight = call.getCallOptions().getOption(Flight.KEY);
      if (flight != null && flight.refusal() != null) {
        return PickResult.withDrop(flight.refusal());
      }
      Optional<Endpoint> endpoint = flight == null ? Optional.empty() : flight.attempt().endpoint();
      if (endpoint.isEmpty()) {
        return pickOther(flight, call);
      }
      InetSocketAddress address = endpoint.get().address();
      return address.isUnresolved()
          ? PickResult.withDrop(
              Status.UNAVAILABLE.withDescription("unknown host " + address.getHostString()))
          : pick(flight, endpoint.get());
    }

    private PickResult pickOther(Flight flight, PickSubchannelArgs call) {
      if (resolver != null && resolver.starves()) {
        Status refusal = resolver.look();
        return refusal == null ? PickResult.withNoResult() : PickResult.withDrop(refusal);
      }
      PickResult result = others.pickSubchannel(call);
      if (flight != null && result.getSubchannel() != null) {
        Optional<String> why = Reached.astray(flight.attempt(), result.getSubchannel());
        if (why.isPresent()) {
          return PickResult.withDrop(Status.UNAVAILABLE.withDescription(why.get()));
        }
      }
      return result;
    }
  }
}
