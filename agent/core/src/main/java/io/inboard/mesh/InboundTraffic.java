// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.InboundRequest;
import io.inboard.call.InboundTls;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import io.inboard.time.Clock;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * What arrives, port by port, and what is refused of it and why. Any thread; counting what is
 * served takes no lock.
 */
final class InboundTraffic implements InboundTls.Listener {
  /** Ports on which the application listens; those beyond are counted together, as port 0. */
  private static final int MOST_PORTS = 64;

  private final Clock clock;
  private final Refusals refusals;

  /** Replaced whole under this object's lock, never changed. A loop is cheaper than a boxed key. */
  private volatile PortTraffic[] ports = {};

  InboundTraffic(Clock clock) {
    this.clock = clock;
    this.refusals = new Refusals(clock);
  }

  /** A request came. */
  void request(InboundRequest request, Optional<PeerIdentity> peer) {
    of(request.localPort()).request(request, peer.isPresent());
  }

  /** A request is refused. */
  void denied(InboundRequest request, Optional<PeerIdentity> peer, Verdict.Deny deny, Mode mode) {
    refusals.request(request, peer, deny, mode);
  }

  @Override
  public void accepted(int localPort, boolean mutual) {
    of(localPort).accepted(mutual);
  }

  @Override
  public void refused(int localPort, InetSocketAddress remote, Refusal why) {
    of(localPort).refused(why);
    refusals.connection(localPort, remote, why);
  }

  private PortTraffic of(int port) {
    for (PortTraffic known : ports) {
      if (known.port == port) {
        return known;
      }
    }
    return add(port);
  }

  private synchronized PortTraffic add(int port) {
    PortTraffic[] now = ports;
    int wanted = now.length < MOST_PORTS ? port : 0;
    for (PortTraffic known : now) {
      if (known.port == port || known.port == wanted) {
        return known;
      }
    }
    PortTraffic[] more = new PortTraffic[now.length + 1];
    System.arraycopy(now, 0, more, 0, now.length);
    PortTraffic fresh = new PortTraffic(wanted, clock);
    more[now.length] = fresh;
    ports = more;
    return fresh;
  }

  /**
   * Where it stands.
   *
   * @param modes how connections to a port are treated now
   */
  Status status(IntFunction<Mode> modes) {
    List<PortTraffic.Status> all = new ArrayList<>();
    for (PortTraffic port : ports) {
      all.add(port.status(port.port == 0 ? "" : modes.apply(port.port).name()));
    }
    all.sort(Comparator.comparingInt(PortTraffic.Status::port));
    return new Status(all, refusals.byReason(), refusals.last());
  }

  /**
   * What arrived since the start of the JVM.
   *
   * @param ports those that anything came to
   * @param refusedRequests by rule or reason
   * @param lastRefusals of requests and connections, the latest first
   */
  record Status(
      List<PortTraffic.Status> ports,
      Map<String, Long> refusedRequests,
      List<Refusals.Last> lastRefusals) {
    /** Connections that were refused before they had a request. */
    long connectionsRefused() {
      long sum = 0;
      for (PortTraffic.Status port : ports) {
        for (long count : port.refused().values()) {
          sum += count;
        }
      }
      return sum;
    }
  }
}
