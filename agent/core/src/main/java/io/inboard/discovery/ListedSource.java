// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.settings.Instance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The endpoints that settings list. An address is an endpoint; a name stands for all addresses that
 * it resolves to, each with the weight, zone and labels of the entry. An address that is found
 * twice gets the sum of its weights.
 */
public final class ListedSource implements EndpointSource {
  private final List<Instance> listed;
  private final Names names;

  /**
   * @param names resolves those that are listed by name
   */
  public ListedSource(List<Instance> listed, Names names) {
    this.listed = List.copyOf(listed);
    this.names = names;
  }

  @Override
  public AutoCloseable subscribe(Consumer<Update> subscriber) {
    Resolved resolved = new Resolved(subscriber);
    resolved.run();
    return resolved;
  }

  /** One subscriber's view of the list. */
  private final class Resolved implements AutoCloseable, Runnable {
    private final Latest<Update> updates;

    /** By the host of their entries. Not changed after the constructor. */
    private final Map<String, Name> byHost = new LinkedHashMap<>();

    /** What was published last. Guarded by this object's lock. */
    private Update last;

    /** Whether all names are asked for; one may answer before that. Guarded by it, too. */
    private boolean complete;

    Resolved(Consumer<Update> subscriber) {
      this.updates = new Latest<>(subscriber);
      synchronized (this) {
        for (Instance instance : listed) {
          if (!instance.literal() && !byHost.containsKey(instance.host())) {
            byHost.put(instance.host(), names.watch(instance.host(), this));
          }
        }
        complete = true;
      }
    }

    /** A name was resolved, or could not be. */
    @Override
    public void run() {
      synchronized (this) {
        if (!complete) {
          return;
        }
        Update now = now();
        if (now.equals(last) && !updates.failed()) {
          return;
        }
        last = now;
        updates.set(now);
      }
      updates.handOn();
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
          missing.add(
              instance.host() + " (" + (waits ? "not resolved yet" : name.lastError()) + ")");
        }
      }
      return byAddress.isEmpty() && !missing.isEmpty()
          ? new Update.Unknown("no address is known of " + String.join(", ", missing), pending)
          : new Update.Endpoints(List.copyOf(byAddress.values()));
    }

    @Override
    public void close() {
      updates.close();
      byHost.values().forEach(name -> names.unwatch(name, this));
    }
  }

  private static void add(Map<String, Instance> byAddress, Instance instance) {
    Instance first = byAddress.putIfAbsent(instance.address(), instance);
    if (first != null) {
      byAddress.put(first.address(), first.weighing(first.weight() + instance.weight()));
    }
  }
}
