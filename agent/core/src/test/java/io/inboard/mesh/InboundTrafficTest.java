// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.admission.Arrival;
import io.inboard.admission.Authorization;
import io.inboard.call.InboundRequest;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.Verdict;
import io.inboard.time.VirtualTime;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class InboundTrafficTest {
  private static final String WEB = "cluster.local/ns/shop/sa/web";
  private static final Arrival ORDER = Arrival.of("/orders");
  private static final Verdict.Deny NOT_ALLOWED =
      new Verdict.Deny(403, Authorization.NO_ALLOW_RULE);

  private final VirtualTime time = new VirtualTime();
  private final InboundTraffic traffic = new InboundTraffic(time);

  @Test
  void requestsAndConnectionsAreSplitByWhatSecuredThem() {
    request(ORDER.from(WEB));
    request(ORDER.from(WEB));
    request(from("10.0.0.7", 8080, false, "curl/8"));
    request(from("10.0.0.7", 8443, true, "curl/8"));
    traffic.accepted(8080, true);
    traffic.accepted(8080, false);
    traffic.accepted(8080, false);

    List<PortTraffic.Status> ports = status().ports();
    assertThat(ports).extracting(PortTraffic.Status::port).containsExactly(8080, 8443);
    assertThat(ports.get(0).requests()).isEqualTo(new PortTraffic.Split(2, 0, 1));
    assertThat(ports.get(0).connections()).isEqualTo(new PortTraffic.Connections(1, 2));
    assertThat(ports.get(0).mode()).isEqualTo("PERMISSIVE");
    assertThat(ports.get(1).requests()).isEqualTo(new PortTraffic.Split(0, 1, 0));
    assertThat(ports.get(1).plaintextSecondsAgo()).as("TLS of its own").isEmpty();
  }

  @Test
  void theLastCallersInPlaintextAreKnownWithTheirUserAgents() {
    request(from("10.0.0.7", 8080, false, "kube-probe/1.29"));
    time.passMillis(3_000);
    request(from("10.0.0.8", 8080, false, "evil\u001b[31m\nagent" + "x".repeat(300)));
    time.passMillis(2_000);

    PortTraffic.Status port = status().ports().get(0);
    assertThat(port.plaintextSecondsAgo()).contains(2L);
    assertThat(port.plaintextCallers())
        .extracting(PlaintextCallers.Seen::address)
        .containsExactly("10.0.0.8", "10.0.0.7");
    assertThat(port.plaintextCallers().get(1))
        .isEqualTo(new PlaintextCallers.Seen("10.0.0.7", "kube-probe/1.29", 1, 5));
    assertThat(port.plaintextCallers().get(0).userAgent())
        .startsWith("evil\\u001b[31m\\u000aagent")
        .hasSizeLessThan(100);
  }

  @Test
  void callersWithoutEndAreBoundedAndTheLatestStay() {
    for (int i = 0; i < 1_000; i++) {
      request(from("10.1." + i / 250 + "." + i % 250, 8080, false, "a"));
      time.passMillis(200);
    }
    PortTraffic.Status port = status().ports().get(0);
    assertThat(port.requests().plaintext()).isEqualTo(1_000);
    assertThat(port.plaintextCallers()).hasSize(PlaintextCallers.MOST);
    assertThat(port.plaintextCallers().get(0).address()).isEqualTo("10.1.3.249");
  }

  @Test
  void portsWithoutEndAreBounded() {
    for (int port = 1; port < 1_000; port++) {
      traffic.accepted(port, true);
    }
    assertThat(status().ports()).hasSizeLessThan(100);
    assertThat(status().ports().get(0).port()).isZero();
    assertThat(status().ports().stream().mapToLong(p -> p.connections().mutual()).sum())
        .isEqualTo(999);
  }

  @Test
  void refusedConnectionsAreCountedByReason() {
    InetSocketAddress remote = new InetSocketAddress("10.0.0.7", 40_000);
    traffic.refused(8080, remote, Refusal.PLAINTEXT);
    traffic.refused(8080, remote, Refusal.PLAINTEXT);
    traffic.refused(8080, InetSocketAddress.createUnresolved("unknown", 0), Refusal.TIMEOUT);
    time.passMillis(4_000);

    InboundTraffic.Status status = status();
    assertThat(status.ports().get(0).refused())
        .containsOnly(Map.entry("plaintext", 2L), Map.entry("handshake timeout", 1L));
    assertThat(status.connectionsRefused()).isEqualTo(3);
    assertThat(status.lastRefusals())
        .containsExactly(
            new Refusals.Last(8080, "unknown", "a connection", "handshake timeout", 1, 4),
            new Refusals.Last(8080, "10.0.0.7", "a connection", "plaintext", 2, 4));
  }

  @Test
  void refusedRequestsAreCountedByRuleAndTheLastAreKept() {
    deny(ORDER.from(WEB), new Verdict.Deny(403, "authorization: DENY rule x matched"));
    deny(Arrival.of("/a\u001b\n" + "b".repeat(500)), NOT_ALLOWED);
    deny(Arrival.of("/last"), NOT_ALLOWED);

    InboundTraffic.Status status = status();
    assertThat(status.refusedRequests())
        .containsOnly(Map.entry("DENY rule x matched", 1L), Map.entry("no ALLOW rule matched", 2L));
    assertThat(status.lastRefusals())
        .containsExactly(
            new Refusals.Last(8080, "10.0.0.9", "GET /last", "no ALLOW rule matched", 2, 0),
            new Refusals.Last(8080, WEB, "GET /orders", "DENY rule x matched", 1, 0));
    deny(Arrival.of("/a\u001b\n" + "b".repeat(500)), NOT_ALLOWED);
    assertThat(status().lastRefusals().get(0).what())
        .startsWith("GET /a\\u001b\\u000abbb")
        .endsWith("...")
        .hasSizeLessThan(160);
  }

  @Test
  void refusalsWithoutEndAreBounded() {
    for (int i = 0; i < 1_000; i++) {
      InetSocketAddress remote = new InetSocketAddress("10.1." + i / 250 + "." + i % 250, 1);
      traffic.refused(8080, remote, Refusal.HANDSHAKE);
      deny(ORDER, new Verdict.Deny(403, "reason " + i));
    }
    assertThat(status().lastRefusals()).hasSize(Refusals.MOST);
    assertThat(status().refusedRequests()).hasSizeLessThanOrEqualTo(501);
    assertThat(status().refusedRequests().values().stream().mapToLong(n -> n).sum())
        .isEqualTo(1_000);
  }

  private void request(InboundRequest request) {
    traffic.request(request, request.peer());
  }

  private void deny(InboundRequest request, Verdict.Deny verdict) {
    Optional<PeerIdentity> peer = request.peer();
    traffic.denied(request, peer, verdict, Mode.PERMISSIVE);
  }

  private InboundTraffic.Status status() {
    return traffic.status(port -> Mode.PERMISSIVE);
  }

  /** An {@link Arrival} from another address, on another port. */
  private static InboundRequest from(String address, int port, boolean ownTls, String agent) {
    Arrival usual = ORDER.header("user-agent", agent);
    return (InboundRequest)
        Proxy.newProxyInstance(
            InboundTrafficTest.class.getClassLoader(),
            new Class<?>[] {InboundRequest.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "remote" -> new InetSocketAddress(address, 40_000);
                  case "localPort" -> port;
                  case "hasOwnTls" -> ownTls;
                  default -> {
                    try {
                      yield method.invoke(usual, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  }
                });
  }
}
