// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.EndpointSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The endpoints of a destination or a subset, which change while it serves calls, without another
 * version of its settings. A call reads one volatile; changes come from one thread at a time.
 */
final class LiveEndpoints {
  private final DestinationSettings settings;
  private final String zone;
  private final Chance chance;

  /** Of a subset: those that its endpoints must carry. */
  private final Map<String, String> labels;

  /** Complete before other threads see this object. */
  private final List<LiveEndpoints> subsets = new ArrayList<>();

  private volatile Endpoints now;

  /** Calls that came before anything was known. */
  private final Queue<Waiter> waiting = new ConcurrentLinkedQueue<>();

  /**
   * Those of the version before, as long as calls of it may wait for the first answer: the source
   * tells the newest version only, so that passes on what it hears. Null: none waits. Used by the
   * thread that changes.
   */
  private LiveEndpoints before;

  /**
   * Those of a destination, of which nothing is known yet.
   *
   * @param zone where this JVM is; empty if unknown
   * @param before those of the version before, which hear of changes through these from now on
   */
  LiveEndpoints(
      DestinationSettings settings, String zone, Chance chance, Optional<LiveEndpoints> before) {
    this(
        settings,
        zone,
        chance,
        Map.of(),
        Endpoints.unknown("its endpoints are not known yet", true));
    if (before.isPresent() && before.get().now.pending()) {
      this.before = before.get();
      this.before.forgetThoseNobodyWaitsFor();
    }
  }

  /**
   * Of a version that was replaced: the ones before it have been so for longer, and get no new
   * calls. So the chain does not grow with each version while there is no answer.
   */
  private void forgetThoseNobodyWaitsFor() {
    LiveEndpoints newer = this;
    while (newer.before != null) {
      if (newer.before.awaited()) {
        newer = newer.before;
      } else {
        newer.before = newer.before.before;
      }
    }
  }

  private boolean awaited() {
    return !waiting.isEmpty() || subsets.stream().anyMatch(LiveEndpoints::awaited);
  }

  private LiveEndpoints(
      DestinationSettings settings,
      String zone,
      Chance chance,
      Map<String, String> labels,
      Endpoints first) {
    this.settings = settings;
    this.zone = zone;
    this.chance = chance;
    this.labels = labels;
    this.now = first;
  }

  /** Those with these labels, which change with the whole. Before the first call. */
  LiveEndpoints subset(Map<String, String> wanted) {
    LiveEndpoints subset = new LiveEndpoints(settings, zone, chance, wanted, now);
    if (now.known()) {
      subset.change(now.all(), new ArrayList<>()); // Nobody waits there yet.
    }
    subsets.add(subset);
    return subset;
  }

  Endpoints now() {
    return now;
  }

  /** The library resolves the host: there are none, and none are missed. */
  boolean byLibrary() {
    return settings.endpoints() instanceof EndpointSettings.ByLibrary;
  }

  /**
   * The endpoints are these from now on.
   *
   * @param told gets what tells those who have waited: it goes on with their calls, whose code may
   *     do anything, so it is to be run without a lock
   */
  void change(List<EndpointState> all, Collection<Runnable> told) {
    List<EndpointState> mine = labels.isEmpty() ? all : with(labels, all);
    now =
        mine.isEmpty()
            ? Endpoints.nobody(
                labels.isEmpty() || all.isEmpty()
                    ? "there is no endpoint at present"
                    : "no endpoint has the labels of this subset")
            : new Endpoints(mine, settings, zone, chance);
    subsets.forEach(s -> s.change(all, told));
    if (before != null) {
      before.change(all, told);
      before = null;
    }
    take(told);
  }

  /** Nothing is known from now on; see {@link Endpoints#unknown}, and {@link #change}. */
  void unknown(String why, boolean pending, Collection<Runnable> told) {
    now = Endpoints.unknown(why, pending);
    subsets.forEach(s -> s.unknown(why, pending, told));
    if (before != null) {
      before.unknown(why, pending, told);
    }
    if (!pending) {
      before = null;
      take(told);
    }
  }

  private static List<EndpointState> with(Map<String, String> labels, List<EndpointState> all) {
    List<EndpointState> some = new ArrayList<>();
    for (EndpointState e : all) {
      if (e.instance().has(labels)) {
        some.add(e);
      }
    }
    return some;
  }

  /** A place in the queue for the first answer. */
  Turn await() {
    Waiter waiter = new Waiter();
    waiting.add(waiter);
    if (!now.pending()) {
      List<Runnable> told = new ArrayList<>();
      take(told); // It came in the meantime.
      told.forEach(Runnable::run);
    }
    return waiter;
  }

  private void take(Collection<Runnable> told) {
    for (Waiter next = waiting.poll(); next != null; next = waiting.poll()) {
      told.add(next::grant);
    }
  }

  private final class Waiter implements Turn {
    private static final Runnable TOLD = () -> {};
    private static final Runnable LEFT = () -> {};

    /** Null, then what to do, then one of the two above. */
    private final AtomicReference<Runnable> turn = new AtomicReference<>();

    private void grant() {
      Runnable action = turn.getAndUpdate(before -> before == LEFT ? LEFT : TOLD);
      if (action != null && action != TOLD) {
        action.run(); // Nothing, if it has left.
      }
    }

    @Override
    public void onTurn(Runnable action) {
      if (!turn.compareAndSet(null, action) && turn.get() == TOLD) {
        action.run();
      }
    }

    @Override
    public boolean leave() {
      Runnable before = turn.getAndUpdate(now -> now == TOLD ? TOLD : LEFT);
      if (before == TOLD || before == LEFT) {
        return false;
      }
      waiting.remove(this);
      return true;
    }
  }
}
