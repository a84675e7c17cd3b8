// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.InboundRequest;
import io.inboard.call.Refusal;
import io.inboard.time.Clock;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What came to one port of the application, by how it was secured: enough to say when STRICT is
 * safe. Any thread; counting takes no lock.
 */
final class PortTraffic {
  final int port;
  private final Clock clock;
  private final LongAdder mutual = new LongAdder();
  private final LongAdder ownTls = new LongAdder();
  private final LongAdder plaintext = new LongAdder();
  private final LongAdder mutualConnections = new LongAdder();
  private final LongAdder plaintextConnections = new LongAdder();
  private final AtomicLongArray refused = new AtomicLongArray(Refusal.values().length);
  private final PlaintextCallers callers;
  private volatile boolean plaintextSeen;
  private volatile long plaintextNanos;

  PortTraffic(int port, Clock clock) {
    this.port = port;
    this.clock = clock;
    this.callers = new PlaintextCallers(clock);
  }

  /**
   * A request came.
   *
   * @param proven whether its peer proved an identity
   */
  void request(InboundRequest request, boolean proven) {
    if (proven) {
      mutual.increment();
    } else if (request.hasOwnTls()) {
      ownTls.increment();
    } else {
      plaintext.increment();
      plaintextNanos = clock.nanos();
      plaintextSeen = true;
      InetAddress address = request.remote().getAddress();
      if (address != null) {
        callers.seen(address, request);
      }
    }
  }

  void accepted(boolean secured) {
    (secured ? mutualConnections : plaintextConnections).increment();
  }

  void refused(Refusal why) {
    refused.incrementAndGet(why.ordinal());
  }

  Status status(String mode) {
    Map<String, Long> byReason = new TreeMap<>();
    for (Refusal why : Refusal.values()) {
      if (refused.get(why.ordinal()) > 0) {
        byReason.put(why.text(), refused.get(why.ordinal()));
      }
    }
    return new Status(
        port,
        mode,
        new Split(mutual.sum(), ownTls.sum(), plaintext.sum()),
        new Connections(mutualConnections.sum(), plaintextConnections.sum()),
        byReason,
        plaintextSeen
            ? Optional.of(
                TimeUnit.NANOSECONDS.toSeconds(Math.max(0, clock.nanos() - plaintextNanos)))
            : Optional.empty(),
        callers.status());
  }

  /**
   * One port since the start of the JVM.
   *
   * @param port 0: those beyond the bound on ports, together
   * @param mode how connections to it are treated now
   * @param requests that reached the mesh, refused ones included; none while it is switched off
   * @param connections that were served; of ports with mode DISABLE none are counted
   * @param refused connections, by reason
   * @param plaintextSecondsAgo when the last request in plaintext came; empty: never
   * @param plaintextCallers the latest first
   */
  record Status(
      int port,
      String mode,
      Split requests,
      Connections connections,
      Map<String, Long> refused,
      Optional<Long> plaintextSecondsAgo,
      List<PlaintextCallers.Seen> plaintextCallers) {}

  /**
   * Requests by what secured them.
   *
   * @param mutual TLS of ours: the peer proved who it is
   * @param ownTls TLS of the application's own: of the mesh's view one-sided, and left alone
   */
  record Split(long mutual, long ownTls, long plaintext) {}

  /** Connections by what secured them. */
  record Connections(long mutual, long plaintext) {}
}
