// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.InboundRequest;
import io.inboard.call.Printable;
import io.inboard.time.Clock;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Who called a port in plaintext lately: the last {@link #MOST} addresses, each with the user agent
 * that it named last. A request of a caller that is known takes no lock and makes no garbage. Any
 * thread.
 */
final class PlaintextCallers {
  static final int MOST = 16;

  /** How many characters of a user agent are kept. */
  private static final int MOST_OF_AGENT = 60;

  /** How long what a caller named as its user agent is believed, before it is read again. */
  private static final long AGENT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How long a full list stays as it is, so that many callers do not update it all the time. */
  private static final long EVICTION_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Clock clock;
  private final ConcurrentMap<InetAddress, Caller> callers = new ConcurrentHashMap<>();

  /** Guarded by this; the sign of the difference counts. */
  private long evictedNanos;

  private boolean evicted;

  PlaintextCallers(Clock clock) {
    this.clock = clock;
  }

  /** A request came from there. */
  void seen(InetAddress address, InboundRequest request) {
    long now = clock.nanos();
    Caller caller = callers.get(address);
    if (caller == null) {
      caller = admit(address, now);
      if (caller == null) {
        return;
      }
      caller.named(request, now);
    } else if (now - caller.namedNanos >= AGENT_NANOS) {
      caller.named(request, now);
    }
    caller.lastNanos = now;
    caller.requests.increment();
  }

  private synchronized Caller admit(InetAddress address, long now) {
    Caller known = callers.get(address);
    if (known != null) {
      return known;
    }
    if (callers.size() >= MOST) {
      if (evicted && now - evictedNanos < EVICTION_NANOS) {
        return null;
      }
      evicted = true;
      evictedNanos = now;
      InetAddress oldest = null;
      long age = -1;
      for (var entry : callers.entrySet()) {
        if (now - entry.getValue().lastNanos > age) {
          age = now - entry.getValue().lastNanos;
          oldest = entry.getKey();
        }
      }
      if (oldest != null) {
        callers.remove(oldest);
      }
    }
    Caller fresh = new Caller(now);
    callers.put(address, fresh);
    return fresh;
  }

  /** The latest first. */
  List<Seen> status() {
    long now = clock.nanos();
    TreeMap<Long, List<Seen>> byAge = new TreeMap<>();
    callers.forEach(
        (address, caller) -> {
          long age = Math.max(0, now - caller.lastNanos);
          byAge
              .computeIfAbsent(age, a -> new ArrayList<>())
              .add(
                  new Seen(
                      address.getHostAddress(),
                      caller.userAgent,
                      caller.requests.sum(),
                      TimeUnit.NANOSECONDS.toSeconds(age)));
        });
    List<Seen> all = new ArrayList<>();
    byAge.values().forEach(all::addAll);
    return all;
  }

  /**
   * One caller.
   *
   * @param userAgent as it named it last, printable and cut; empty if it named none
   * @param requests since it was seen first
   */
  record Seen(String address, String userAgent, long requests, long secondsAgo) {}

  private static final class Caller {
    final LongAdder requests = new LongAdder();
    volatile String userAgent = "";
    volatile long namedNanos;
    volatile long lastNanos;

    Caller(long now) {
      lastNanos = now;
    }

    void named(InboundRequest request, long now) {
      namedNanos = now;
      List<String> agents = request.headers("user-agent");
      userAgent = agents.isEmpty() ? "" : Printable.text(agents.get(0), MOST_OF_AGENT);
    }
  }
}
