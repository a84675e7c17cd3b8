// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import java.lang.ref.WeakReference;
import java.util.List;

/**
 * The resolver of a channel, which is not asked as long as the channel's host is one of the mesh's:
 * DNS need not know it. Used in the channel's synchronization context, but for {@link #starves}.
 */
final class MeshResolver extends NameResolver {
  private static final WeakIdentityMap<SynchronizationContext, WeakReference<MeshResolver>>
      BY_CHANNEL = new WeakIdentityMap<>();

  private final NameResolver own;
  private final Route route;
  private final SynchronizationContext steps;

  /** Null before the start. */
  private Listener2 listener;

  /** Whether the channel's own has not been asked. Written in the synchronization context. */
  private volatile boolean starves;

  private boolean over;

  private MeshResolver(NameResolver own, Route route, SynchronizationContext steps) {
    this.own = own;
    this.route = route;
    this.steps = steps;
  }

  /** Null: the channel keeps its own alone. */
  static NameResolver over(NameResolver own, Object target, Args arguments) {
    if (own == null) {
      return null;
    }
    Route route = Route.of(target.toString(), arguments.getDefaultPort());
    if (route.own() || !route.plain()) {
      return null;
    }
    MeshResolver resolver = new MeshResolver(own, route, arguments.getSynchronizationContext());
    BY_CHANNEL.put(arguments.getSynchronizationContext(), new WeakReference<>(resolver));
    return resolver;
  }

  /** Null: the channel's name is found in a way of its own. */
  static MeshResolver of(SynchronizationContext channel) {
    WeakReference<MeshResolver> known = BY_CHANNEL.get(channel);
    return known == null ? null : known.get();
  }

  @Override
  public String getServiceAuthority() {
    return own.getServiceAuthority();
  }

  @Override
  public void start(Listener2 listener) {
    this.listener = listener;
    if (isOfTheMesh()) {
      starves = true;
      listener.onResult(ResolutionResult.newBuilder().setAddresses(List.of()).build());
    } else {
      own.start(listener);
    }
  }

  private boolean isOfTheMesh() {
    return Inboard.outbound().repeats(route.host(), route.port())
        || Inboard.outbound().mustEncrypt(route.host(), route.port());
  }

  /** Whether nobody has looked where the name leads. */
  boolean starves() {
    return starves;
  }

  /**
   * A call wants to go where the name leads.
   *
   * @return null: one is looking
   */
  Status look() {
    if (Inboard.outbound().mustEncrypt(route.host(), route.port())) {
      return Status.UNAVAILABLE.withDescription(
          Inboard.outbound()
              .unsecured(
                  GrpcClientHooks.NAME,
                  route.host(),
                  route.port(),
                  "the call has gone past the mesh"));
    }
    steps.execute(this::ask);
    return null;
  }

  private void ask() {
    if (starves && !over) {
      starves = false;
      own.start(listener);
    }
  }

  @Override
  public void refresh() {
    if (!starves) {
      own.refresh();
    }
  }

  @Override
  public void shutdown() {
    over = true;
    own.shutdown();
  }
}
