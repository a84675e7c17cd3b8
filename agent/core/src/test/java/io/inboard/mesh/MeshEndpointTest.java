// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Given.destination;
import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Endpoint;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Step;
import io.inboard.call.TlsPlan;
import io.inboard.policy.Request;
import io.inboard.policy.Result;
import io.inboard.settings.DestinationSettings.TlsMode;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** Where attempts connect, under which pool key and with which TLS. */
final class MeshEndpointTest {
  private final World world = new World();

  private Endpoint endpoint() {
    return endpoint(Request.of("GET"));
  }

  private Endpoint endpoint(Request request) {
    Call call = world.mesh.begin(request);
    Step.Send send = (Step.Send) call.first();
    call.done();
    return send.attempt().endpoint().orElseThrow();
  }

  @Test
  void theAddressCarriesTheHostOfTheApplication() {
    world.with(payments(1)).apply();
    assertThat(endpoint().address().getHostString()).isEqualTo("payments");
    assertThat(endpoint().address().getAddress().getHostAddress()).isEqualTo("10.0.0.1");
    assertThat(endpoint().address().getPort()).isEqualTo(8080);
    assertThat(endpoint().tls()).isEmpty();
  }

  @Test
  void thePoolKeyIsTheSameObjectAlsoAfterAChangeOfSettings() {
    world.with(payments(1)).apply();
    Object key = endpoint().poolKey();
    assertThat(endpoint().poolKey()).isSameAs(key);
    world.change(payments(1).timeout(1_000));
    assertThat(endpoint().poolKey()).isSameAs(key);
  }

  @Test
  void anEndpointThatComesBackFindsItsPooledConnections() {
    world.with(payments(1)).apply();
    Object key = endpoint().poolKey();
    world.change(payments(2));
    assertThat(endpoint().poolKey()).isNotSameAs(key);
    world.change(payments(1));
    assertThat(endpoint().poolKey()).isSameAs(key);
  }

  @Test
  void endpointsAndLogicalHostsHaveKeysOfTheirOwn() {
    world.with(destination("*.shop", 1)).with(payments(2)).apply();
    Object a = endpoint(Request.of("GET").to("a.shop", 80)).poolKey();
    Object b = endpoint(Request.of("GET").to("b.shop", 80)).poolKey();
    assertThat(a).isNotSameAs(b);
    assertThat(a.toString()).isNotEqualTo(b.toString());
    assertThat(endpoint(Request.of("GET").to("a.shop", 80)).poolKey()).isSameAs(a);
  }

  @Test
  void aNewGenerationOfTlsIsANewPoolKey() {
    TlsPlan old = new NoPlan();
    world.tls = (d, host) -> Optional.of(old);
    world.with(payments(1).tls(TlsMode.MUTUAL)).apply();
    Endpoint before = endpoint();
    assertThat(before.tls()).containsSame(old);
    assertThat(endpoint().poolKey()).isSameAs(before.poolKey());
    TlsPlan rotated = new NoPlan();
    world.tls = (d, host) -> Optional.of(rotated);
    assertThat(endpoint().tls()).containsSame(rotated);
    assertThat(endpoint().poolKey()).isNotSameAs(before.poolKey());
    assertThat(endpoint().poolKey().toString()).isNotEqualTo(before.poolKey().toString());
  }

  @Test
  void withoutAnIdentityNothingGoesOutInTheClear() {
    world.with(payments(1).tls(TlsMode.MUTUAL)).apply();
    Result result = world.get();
    assertThat(result.refused().reason()).isEqualTo(Step.Reason.UNTRUSTED);
    assertThat(result.refused().message()).contains("payments", "identity");
    assertThat(world.arrived).isEmpty();
    assertThat(world.observed.lines).containsExactly("call payments", "refused UNTRUSTED");
  }

  @Test
  void anIdentityThatIsLostBetweenTwoAttemptsEndsTheCall() {
    TlsPlan plan = new NoPlan();
    world.tls = (d, host) -> Optional.of(plan);
    world.with(payments(1, 2).tls(TlsMode.MUTUAL)).apply();
    Call call = world.mesh.begin(Request.of("GET"));
    Step.Send send = (Step.Send) call.first();
    world.tls = TlsPlans.NONE;
    assertThat(call.responded(send.attempt(), 503, name -> List.of()))
        .isInstanceOf(Step.Refuse.class);
    assertThat(world.endpoint(1).inFlight() + world.endpoint(2).inFlight()).isZero();
  }

  @Test
  void withTlsButWithoutEndpointsTheHostItselfIsTheEndpoint() {
    TlsPlan plan = new NoPlan();
    world.tls = (d, host) -> Optional.of(plan);
    world.with(destination("localhost").tls(TlsMode.MUTUAL)).apply();
    Endpoint endpoint = endpoint(Request.of("GET").to("localhost", 8123));
    assertThat(endpoint.tls()).containsSame(plan);
    assertThat(endpoint.address().getPort()).isEqualTo(8123);
    assertThat(endpoint.address().getHostString()).isEqualTo("localhost");
  }

  @Test
  void aDestinationWhoseOnlyNameIsUnknownHasNoEndpoint() {
    world.with(destination("payments").named("no-such-host.invalid", 1)).apply();
    Step.Refuse refused = world.get().refused();
    assertThat(refused.reason()).isEqualTo(Step.Reason.NO_ENDPOINT);
    assertThat(refused.message()).contains("payments", "no-such-host.invalid", "unknown");
    assertThat(world.arrived).isEmpty();
  }

  /** A generation; nothing of it is used here. */
  static final class NoPlan implements TlsPlan {
    @Override
    public SSLContext context() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void configure(SSLParameters parameters, List<String> applicationProtocols) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SSLEngine engine(InetSocketAddress endpoint, List<String> applicationProtocols) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SSLSocket layer(Socket connected, List<String> protocols) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SSLSocket wrap(Socket connected, List<String> protocols, int handshakeMillis) {
      throw new UnsupportedOperationException();
    }

    @Override
    public PeerIdentity verify(SSLSession session) {
      throw new UnsupportedOperationException();
    }
  }
}
