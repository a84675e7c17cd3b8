// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.policy.Request;
import io.inboard.settings.reading.SettingsReader;
import java.util.List;
import java.util.Map;
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
    Call call = mesh.begin(new Request("GET", "https", "10.0.0.5", 8443, Body.NONE, false));
    assertThat(call.first()).isInstanceOf(Step.Send.class);
    call.done();
    assertThat(counts()).isEmpty();
  }
}
