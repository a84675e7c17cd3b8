// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.call.CallerTerms;
import io.inboard.settings.DestinationSettings;
import io.inboard.time.VirtualTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Virtual time, destinations, and endpoints that answer by a script. What drives the calls stands
 * in a subclass.
 *
 * @param <W> that subclass
 */
public abstract class ScriptedWorld<W extends ScriptedWorld<W>> {
  public final VirtualTime time = new VirtualTime();
  public final Chance chance = new SeededChance(7);
  public final List<DestinationSettings> destinations = new ArrayList<>();

  /** Where this JVM is. */
  public String zone = "";

  /** Of the request that the calls are made for. */
  public CallerTerms terms = CallerTerms.NONE;

  /** Where attempts arrived, in order: the part of the address that differs. */
  public final List<String> arrived = new ArrayList<>();

  /** Headers that the attempts carried, in order. */
  public final List<Map<String, String>> carried = new ArrayList<>();

  /** Delays before attempts, in nanoseconds. */
  public final List<Long> delays = new ArrayList<>();

  /** What an endpoint says next; when there is nothing left, what it says always. */
  private final Map<String, Deque<Answer>> scripts = new HashMap<>();

  private final Map<String, Answer> always = new HashMap<>();

  /** The destinations are in force from now on. */
  public abstract W apply();

  /** A call and its attempts, one after the other. */
  public abstract Result call(Request request);

  /** Of the first destination. */
  public abstract PolicyStatus status();

  @SuppressWarnings("unchecked") // W is the subclass.
  private W self() {
    return (W) this;
  }

  /** The endpoint 10.0.0.N answers so, in turn. */
  public W script(int endpoint, Answer... answers) {
    scripts.computeIfAbsent(address(endpoint), a -> new ArrayDeque<>()).addAll(List.of(answers));
    return self();
  }

  /** The endpoint 10.0.0.N answers so when its script is at its end; 200 unless said. */
  public W always(int endpoint, Answer answer) {
    always.put(address(endpoint), answer);
    return self();
  }

  /** Where the endpoint 10.0.0.N is. */
  public static String address(int endpoint) {
    return "10.0.0." + endpoint + ":8080";
  }

  /** One more destination; {@link #apply} follows. */
  public W with(Given destination) {
    destinations.add(destination.settings());
    return self();
  }

  /** These destinations in place of the ones in force. */
  public W change(Given... now) {
    destinations.clear();
    for (Given g : now) {
      with(g);
    }
    return apply();
  }

  /** The endpoint 10.0.0.N of the first destination. */
  public PolicyStatus.EndpointStatus endpoint(int n) {
    return status().endpoints().stream()
        .filter(e -> e.address().equals(address(n)))
        .findFirst()
        .orElseThrow();
  }

  public Result get() {
    return call(Request.of("GET"));
  }

  /**
   * An attempt is made.
   *
   * @param to its endpoint's address
   * @return what the endpoint does with it
   */
  protected Answer arrive(String to, Map<String, String> headers) {
    arrived.add(to);
    carried.add(headers);
    Deque<Answer> script = scripts.getOrDefault(to, new ArrayDeque<>());
    return script.isEmpty() ? always.getOrDefault(to, Answer.status(200)) : script.poll();
  }
}
