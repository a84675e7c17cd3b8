// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.settings.Instance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One subscriber's view of a list of endpoints, which may change. An address is an endpoint; a name
 * stands for all addresses that it resolves to, each with the weight, zone and labels of the entry.
 * An address that is found twice gets the sum of its weights. Safe for use by any thread.
 */
final class ResolvedList implements AutoCloseable, Runnable {
  private final Names names;
  private final Latest<Update> updates;

  // Guarded by this object's lock.

  /** Null: there is no list, and {@link #unknown} says why. */
  private List<Instance> listed;

  private Update.Unknown unknown;

  /** By the host of their entries. */
  private final Map<String, Name> byHost = new HashMap<>();

  /** What was published last. */
  private Update last;

  /** Whether all names of the list are asked for; one may answer before that. */
  private boolean complete;

  private boolean closed;

  ResolvedList(Names names, Consumer<Update> subscriber) {
    this.names = names;
    this.updates = new Latest<>(subscriber);
  }

  /** The endpoints are these from now on; tells the subscriber, here or on a thread that does. */
  void list(List<Instance> instances) {
    synchronized (this) {
      if (closed || (instances == listed && !updates.failed())) {
        return;
      }
      complete = false;
      listed = instances;
      watch();
      complete = true;
    }
    run();
  }

  /** There is no list. */
  void unknown(String why, boolean pending) {
    synchronized (this) {
      if (closed) {
        return;
      }
      listed = null;
      unknown = new Update.Unknown(why, pending);
      complete = true;
      watch();
    }
    run();
  }

  /** A name was resolved, or could not be; or the list has changed. */
  @Override
  public void run() {
    synchronized (this) {
      if (!complete || closed) {
        return;
      }
      Update now = listed == null ? unknown : now();
      // Without the first question a JVM's first list would have the JDK spin some fifty classes,
      // before main, for what compares two records.
      if (last != null && now.equals(last) && !updates.failed()) {
        return;
      }
      last = now;
      updates.set(now);
    }
    updates.handOn();
  }

  /** The names of the list, and no others. The new ones first: what both have stays known. */
  private void watch() {
    Map<String, Boolean> wanted = new HashMap<>();
    for (Instance instance : listed == null ? List.<Instance>of() : listed) {
      if (!instance.literal() && wanted.put(instance.host(), true) == null) {
        if (!byHost.containsKey(instance.host())) {
          byHost.put(instance.host(), names.watch(instance.host(), this));
        }
      }
    }
    for (Iterator<Map.Entry<String, Name>> all = byHost.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Name> each = all.next();
      if (!wanted.containsKey(each.getKey())) {
        all.remove();
        names.unwatch(each.getValue(), this);
      }
    }
  }

  private Update now() {
    Map<String, Instance> byAddress = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    boolean pending = false;
    for (Instance instance : listed) {
      Name name = byHost.get(instance.host());
      if (name == null) {
        add(byAddress, instance);
        continue;
      }
      boolean waits = name.pending(); // Before the addresses, which are written first.
      List<String> addresses = name.addresses();
      for (String address : addresses) {
        add(byAddress, instance.at(address));
      }
      if (addresses.isEmpty()) {
        pending |= waits;
        missing.add(instance.host() + " (" + (waits ? "not resolved yet" : name.lastError()) + ")");
      }
    }
    return byAddress.isEmpty() && !missing.isEmpty()
        ? new Update.Unknown("no address is known of " + String.join(", ", missing), pending)
        : new Update.Endpoints(List.copyOf(byAddress.values()));
  }

  private static void add(Map<String, Instance> byAddress, Instance instance) {
    Instance first = byAddress.putIfAbsent(instance.address(), instance);
    if (first != null) {
      byAddress.put(first.address(), first.weighing(first.weight() + instance.weight()));
    }
  }

  @Override
  public void close() {
    updates.close();
    synchronized (this) {
      closed = true;
      listed = null;
      watch();
    }
  }
}
