// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.call.AgentLoop;
import io.inboard.time.Timer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Resolves names in the background, again and again, each once for all who want it. A name that
 * cannot be resolved any more keeps its last good addresses. Safe for use by any thread; no method
 * blocks.
 *
 * <p>Resolving waits for the network, and the JDK can neither bound nor cancel it. So it has
 * threads of its own: a few, so that one name whose servers do not answer holds up hardly any
 * other; none while nothing is to be resolved. Names that settings list have threads that the hosts
 * of an application, which may be many and none of ours, cannot take.
 */
public final class Names {
  private static final int THREADS = 4;

  /** A destination for a suffix has as many hosts as the application can name. */
  private static final int MOST_ASKED = 1024;

  static final AgentLoop LOOP = AgentLoop.named("inboard-dns");

  final Resolver resolver;
  final Timer timer;
  final LongSupplier ttlNanos;
  private final Executor forWatched;
  private final Executor forAsked;
  private final ConcurrentMap<String, Name> names = new ConcurrentHashMap<>();

  /** Whether names are resolved; those that are known are kept meanwhile. */
  private volatile boolean active;

  /**
   * For a resolver, threads and time that are handed in.
   *
   * @param forWatched where the resolver may block for a name that settings list
   * @param forAsked the same for other names
   * @param ttlNanos how long an answer holds, asked after each
   */
  public Names(
      Resolver resolver,
      Executor forWatched,
      Executor forAsked,
      Timer timer,
      LongSupplier ttlNanos) {
    this.resolver = resolver;
    this.forWatched = forWatched;
    this.forAsked = forAsked;
    this.timer = timer;
    this.ttlNanos = ttlNanos;
  }

  /** Those of the JVM. No thread starts before {@link #active}. */
  public static Names ofTheJvm() {
    return new Names(
        Resolver.JDK,
        new PassingThreads("inboard-dns", THREADS),
        new PassingThreads("inboard-dns-asked", THREADS),
        Timer.PROCESS,
        new TimeToLive());
  }

  /** Begins to resolve, or stops: then what is known stays known, and nothing is asked. */
  public void active(boolean on) {
    active = on;
    if (on) {
      names.values().forEach(Name::begin);
    }
  }

  boolean active() {
    return active;
  }

  /**
   * Resolves a name from now on.
   *
   * @param changed run after each attempt, since its addresses may have changed; on a thread of the
   *     resolver, must not block
   */
  Name watch(String host, Runnable changed) {
    Name name =
        names.compute(
            host,
            (h, old) -> {
              Name known = old == null ? new Name(h, this) : old;
              known.watched(changed);
              return known;
            });
    name.begin();
    return name;
  }

  /** Ends {@link #watch}. Idempotent. */
  void unwatch(Name name, Runnable changed) {
    names.computeIfPresent(
        name.host(),
        (h, known) -> {
          known.unwatched(changed);
          return known == name && !known.wanted() ? null : known;
        });
  }

  /**
   * A name that is asked for now and then: it is resolved from the first question on, and forgotten
   * when it was not asked for since it was last resolved.
   */
  public Name ask(String host) {
    Name known = names.get(host);
    if (known == null) {
      if (names.size() >= MOST_ASKED) {
        forgetAsked();
      }
      known = names.computeIfAbsent(host, h -> new Name(h, this));
      known.use();
      known.begin();
    }
    known.use();
    return known;
  }

  /** One by one under its lock, as {@link #watch}: who watches a name does not lose it to this. */
  private void forgetAsked() {
    for (String host : names.keySet()) {
      names.computeIfPresent(host, (h, known) -> known.watched() ? known : null);
    }
  }

  /** Forgets a name that is not needed any more; false: it is. */
  boolean forget(Name name) {
    names.computeIfPresent(
        name.host(), (h, known) -> known == name && !known.wanted() ? null : known);
    return names.get(name.host()) != name;
  }

  /** Does the work of a name where it may block. */
  void resolve(Name name, Runnable work) {
    (name.watched() ? forWatched : forAsked).execute(work);
  }

  /** Where all names stand, in their order. */
  public List<NameStatus> status() {
    List<NameStatus> all = new ArrayList<>();
    names.values().forEach(name -> all.add(name.status()));
    all.sort(Comparator.comparing(NameStatus::name));
    return List.copyOf(all);
  }
}
