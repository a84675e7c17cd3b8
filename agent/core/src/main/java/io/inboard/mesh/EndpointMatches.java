// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.discovery.Names;
import io.inboard.policy.EndpointState;
import io.inboard.settings.Instance;
import io.inboard.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Addresses of endpoints that a call may have in place of a destination's host, in one version of
 * the settings ({@code alsoMatches: endpoints}). A call reads one volatile, an immutable table that
 * is made anew when endpoints change. Safe for use by any thread.
 *
 * <p>An address that several destinations have belongs to the first of them in the settings. One
 * that a destination has no longer is still its for a minute, unless it is another's now: whoever
 * chose it in the application may have an older list (Spring Cloud LoadBalancer keeps one for 35 s,
 * after Eureka's client for 30 s), and must not be let go in the clear for that.
 */
final class EndpointMatches {
  static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Clock clock;

  /** By the destination's name, in the order of the settings. Guarded by this. */
  private final Map<String, Member> members = new LinkedHashMap<>();

  /** Whether changes show; before, all destinations may change first. Guarded by this. */
  private boolean published;

  /** Written under the lock of this object. Null: no destination takes part. */
  private volatile HostTable<Match> table;

  /**
   * What a call's host and port stand for.
   *
   * @param addresses of endpoints of the destination
   * @param gone whether it has no such endpoint any more
   * @param untilNanos by the clock, until when that counts; only if it is gone
   */
  record Match(Destination destination, List<String> addresses, boolean gone, long untilNanos) {
    Match {
      Objects.requireNonNull(destination);
      addresses = List.copyOf(addresses);
    }
  }

  EndpointMatches(Clock clock) {
    this.clock = clock;
  }

  /** A destination that takes part. Guarded by the lock of the whole. */
  private static final class Member {
    private final Destination destination;

    /** Its endpoints as the settings list them, some by name. */
    private final List<Instance> listed;

    private final Names names;

    /** Its endpoints when they were last known, by address. */
    private Map<String, Instance> present = Map.of();

    /** Those it had before, and until when they count. */
    private final Map<Instance, Long> gone = new HashMap<>();

    Member(Destination destination, List<Instance> listed, Names names) {
      this.destination = destination;
      this.listed = listed;
      this.names = names;
    }

    void goOnFrom(Member before) {
      present = before.present;
      gone.putAll(before.gone);
    }

    void look(long now) {
      Map<String, Instance> found = new LinkedHashMap<>();
      for (EndpointState each : destination.policy().endpointStates()) {
        found.put(each.address(), new Instance(each.instance().host(), each.instance().port()));
      }
      for (Map.Entry<String, Instance> before : present.entrySet()) {
        if (!found.containsKey(before.getKey())) {
          gone.put(before.getValue(), now + KEPT_NANOS);
        }
      }
      if (!gone.isEmpty()) {
        gone.entrySet()
            .removeIf(e -> found.containsKey(e.getKey().address()) || now - e.getValue() >= 0);
      }
      present = found;
    }

    /** By address and, where the settings list a name, by that, too. */
    void addPresent(HostTable<Match> to) {
      for (Map.Entry<String, Instance> each : present.entrySet()) {
        add(to, each.getValue(), new Match(destination, List.of(each.getKey()), false, 0));
      }
      for (Instance named : listed) {
        if (!named.literal()) {
          List<String> addresses = new ArrayList<>();
          for (String address : names.ask(named.host()).addresses()) {
            addresses.add(named.at(address).address());
          }
          add(to, named, new Match(destination, addresses, false, 0));
        }
      }
    }

    void addGone(HostTable<Match> to) {
      for (Map.Entry<Instance, Long> each : gone.entrySet()) {
        List<String> address = List.of(each.getKey().address());
        add(to, each.getKey(), new Match(destination, address, true, each.getValue()));
      }
    }

    private static void add(HostTable<Match> to, Instance instance, Match match) {
      to.add(instance.host(), instance.port(), match);
    }
  }

  /** One more destination takes part; before {@link #publish}. */
  synchronized void add(Destination destination, List<Instance> listed, Names names) {
    members.put(destination.name(), new Member(destination, listed, names));
  }

  /**
   * From now on calls find what there is.
   *
   * @param before those of the version of the settings before
   */
  void publish(EndpointMatches before) {
    Map<String, Member> known = before.members();
    synchronized (this) {
      for (Map.Entry<String, Member> each : members.entrySet()) {
        Member old = known.get(each.getKey());
        if (old != null) {
          each.getValue().goOnFrom(old);
        }
        each.getValue().look(clock.nanos());
      }
      published = true;
      show();
    }
  }

  /** A copy; nobody changes the members any more once their destinations are replaced. */
  private synchronized Map<String, Member> members() {
    return Map.copyOf(members);
  }

  /** A destination has other endpoints now. Not told where it is unknown which: then all stay. */
  synchronized void changed(String destination) {
    if (published) {
      members.get(destination).look(clock.nanos());
      show();
    }
  }

  private void show() {
    if (members.isEmpty()) {
      return;
    }
    HostTable<Match> now = new HostTable<>();
    for (Member each : members.values()) { // No lambda: before main, too.
      each.addPresent(now);
    }
    for (Member each : members.values()) {
      each.addGone(now);
    }
    table = now;
  }

  /**
   * The destination that has an endpoint at an address or name.
   *
   * @param host as in the application's URL
   */
  Optional<Match> find(String host, int port) {
    HostTable<Match> now = table;
    if (now == null) {
      return Optional.empty();
    }
    Optional<Match> found = now.find(host, port);
    return found.isPresent() && found.get().gone && clock.nanos() - found.get().untilNanos >= 0
        ? Optional.empty()
        : found;
  }
}
