// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Contexts;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.policy.Request;
import io.inboard.settings.reading.SettingsReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls to the endpoints of MUTUAL destinations by other names than the destinations'. */
final class StrayCallsTest {
  private static final String DESTINATIONS =
      """
      identity: {certificateChain: /c.pem, privateKey: /k.pem, trustBundle: /r.pem}
      destinations:
        - host: payments
          endpoints: ["10.0.0.5:8443", "pay-1.shop:8443"]
          tls: {mode: MUTUAL}
          unknownClients: MODE
        - {host: open, endpoints: ["10.0.0.6:8443"], tls: {mode: DISABLE}}
      """;

  private final MeshOutbound mesh =
      new MeshOutbound(TlsPlans.NONE, CallObserver.NONE, Contexts.NONE);

  private void settings(String mode) throws Exception {
    mesh.apply(
        new SettingsReader(Map.of(), "").read(DESTINATIONS.replace("MODE", mode), "test.yaml"));
  }

  private Step first(String host, int port) {
    Call call = mesh.begin(Request.of("GET").to(host, port));
    Step step = call.first();
    call.done();
    return step;
  }

  private List<String> counts() {
    return mesh.status().unmeshed().stream()
        .map(c -> c.role() + ' ' + c.where() + ' ' + c.outcome() + ' ' + c.count())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.5, 8443",
    "'[::ffff:10.0.0.5]', 8443",
    "pay-1.shop, 8443",
    "PAY-1.Shop., 8443"
  })
  void isCountedOrRefusedAsUnknownClientsAre(String host, int port) throws Exception {
    settings("REFUSE");
    assertThat(first(host, port))
        .isInstanceOfSatisfying(
            Step.Refuse.class,
            refuse -> {
              assertThat(refuse.reason()).isEqualTo(Step.Reason.UNTRUSTED);
              assertThat(refuse.message()).startsWith("inboard: ").contains("payments", host);
            });
    assertThat(mesh.mustEncrypt(host, port)).as("after an error of ours").isTrue();
    assertThat(counts()).containsExactly("client payments refused 1");

    settings("WARN");
    assertThat(first(host, port)).isInstanceOf(Step.Send.class);
    assertThat(mesh.mustEncrypt(host, port)).isFalse();
    assertThat(counts())
        .containsExactly("client payments refused 1", "client payments not secured 1");
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.5, 80", "10.0.0.6, 8443", "10.0.0.7, 8443", "elsewhere, 8443"})
  void whatIsNoGuardedEndpointIsLeftAlone(String host, int port) throws Exception {
    settings("REFUSE");
    assertThat(first(host, port)).isInstanceOf(Step.Send.class);
    assertThat(mesh.mustEncrypt(host, port)).isFalse();
    assertThat(counts()).isEmpty();
  }

  @Test
  void httpsOfTheApplicationIsItsOwn() throws Exception {
    settings("REFUSE");
    InetSocketAddress endpoint = at("", "10.0.0.5", 8443);
    assertThat(mesh.hasOwnTls(at("own.example", "10.0.0.5", 8443))).isFalse();
    for (String host : List.of("10.0.0.5", "Own.Example")) {
      assertThat(led(new Request("GET", "https", host, 8443, Body.NONE, false), endpoint))
          .isEmpty();
    }
    assertThat(counts()).isEmpty();
    assertThat(mesh.hasOwnTls(at("own.example", "10.0.0.5", 8443))).isTrue();
    assertThat(mesh.hasOwnTls(at("own.example", "10.0.0.5", 8080))).isFalse();
  }

  private static InetSocketAddress at(String name, String address, int port) throws Exception {
    byte[] bytes = InetAddress.getByName(address).getAddress();
    return new InetSocketAddress(
        name.isEmpty() ? InetAddress.getByAddress(bytes) : InetAddress.getByAddress(name, bytes),
        port);
  }

  /** What becomes of a call whose connection leads there, by whatever the application resolves. */
  private Optional<String> led(Request request, InetSocketAddress remote) {
    Call call = mesh.begin(request);
    Attempt attempt = ((Step.Send) call.first()).attempt();
    Optional<String> astray = attempt.astray(remote);
    if (astray.isPresent()) {
      SSLException error = new SSLException(astray.get());
      assertThat(call.failed(attempt, error, Progress.NOT_SENT))
          .as("not once more")
          .isEqualTo(Step.DELIVER);
    }
    call.done();
    return astray;
  }

  @ParameterizedTest
  @CsvSource({
    "elsewhere, '', 10.0.0.5, 8443",
    "elsewhere, '', ::ffff:10.0.0.5, 8443",
    "elsewhere, payments, 10.0.0.5, 8443", // As a resolver has it that asks for another name.
    "elsewhere, open, 10.0.0.5, 8443",
    "10.9.9.9, '', 10.0.0.5, 8443",
    "elsewhere, pay-1.shop, 10.9.9.9, 8443",
    "elsewhere, payments, 10.9.9.9, 8443"
  })
  void aNameThatLeadsToAnEndpointIsJudgedOnceItIsKnownWhere(
      String host, String carried, String address, int port) throws Exception {
    settings("REFUSE");
    InetSocketAddress remote = at(carried, address, port);
    assertThat(led(Request.of("GET").to(host, 80), remote))
        .hasValueSatisfying(
            why ->
                assertThat(why)
                    .startsWith("inboard: ")
                    .contains("payments", host + ":80", remote.getAddress().getHostAddress()));
    settings("WARN");
    assertThat(led(Request.of("GET").to(host, 80), remote)).isEmpty();
    assertThat(counts())
        .containsExactly("client payments refused 1", "client payments not secured 1");
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.5, 80", "10.0.0.6, 8443", "10.0.0.7, 8443"})
  void aNameThatLeadsElsewhereIsLeftAlone(String address, int port) throws Exception {
    settings("REFUSE");
    assertThat(led(Request.of("GET").to("elsewhere", 80), at("", address, port))).isEmpty();
    assertThat(counts()).isEmpty();
  }

  @Test
  void aProxyIsTheApplicationsOwnWay() throws Exception {
    settings("REFUSE");
    Request request = Request.of("GET").to("elsewhere", 80).throughAProxy();
    assertThat(led(request, at("", "10.0.0.5", 8443))).isEmpty();
  }

  /** The proxy would see what mutual TLS is asked for, as it would by the destination's name. */
  @Test
  void aProxyIsNoWayToAnEndpoint() throws Exception {
    settings("REFUSE");
    for (String host : List.of("10.0.0.5", "[::ffff:10.0.0.5]", "pay-1.shop")) {
      Call call = mesh.begin(Request.of("GET").to(host, 8443).throughAProxy());
      assertThat(call.first()).isInstanceOf(Step.Refuse.class);
      call.done();
    }
    settings("WARN");
    assertThat(
            led(Request.of("GET").to("10.0.0.5", 8443).throughAProxy(), at("", "10.0.0.9", 3128)))
        .isEmpty();
    assertThat(counts())
        .containsExactly("client payments refused 3", "client payments not secured 1");
  }

  /** By its own address, and by a name that the connection's address carries, too. */
  @ParameterizedTest
  @CsvSource({"10.0.0.5, ''", "elsewhere, elsewhere"})
  void whatWasNamedBeforeIsNotNamedAgain(String host, String carried) throws Exception {
    settings("WARN");
    long before = host.equals("elsewhere") ? 0 : 1; // That one is counted by MeshSockets.
    assertThat(led(Request.of("GET").to(host, 8443), at(carried, "10.0.0.5", 8443))).isEmpty();
    assertThat(mesh.status().unmeshed().stream().mapToLong(Unmeshed.Count::count).sum())
        .isEqualTo(before);
  }

  /**
   * An error of ours, or a route of the application's own: it is said whose call, where and why.
   */
  @ParameterizedTest
  @CsvSource({"payments, 80", "10.0.0.5, 8443", "PAY-1.shop., 8443"})
  void whatWasNotSentForItWouldNotHaveBeenSecuredIsNamedAndCounted(String host, int port)
      throws Exception {
    settings("REFUSE");
    assertThat(mesh.mustEncrypt(host, port)).isTrue();
    assertThat(mesh.unsecured("okhttp", host, port, "an error of ours"))
        .startsWith("inboard: destination payments: okhttp")
        .contains(host + ":" + port, "an error of ours");
    assertThat(counts()).containsExactly("client payments refused, not secured 1");
  }
}
