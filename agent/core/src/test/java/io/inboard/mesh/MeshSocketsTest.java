// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.Sockets.Listener;
import io.inboard.settings.Instance;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MeshSocketsTest {
  private static final String IDENTITY =
      "identity: {certificateChain: /a/c.pem, privateKey: /a/k.pem, trustBundle: /a/r.pem}\n";
  private static final String DENY = "authorization: [{action: DENY, to: {paths: [\"/*\"]}}]";

  private final List<InetSocketAddress> system = new ArrayList<>();

  /** What the one name in the settings was resolved to. */
  private final FoundEndpoints found = new FoundEndpoints();

  private final MeshSockets sockets = new MeshSockets(() -> system, found);

  /** Neither the JDK nor anybody knows it. */
  private static final class Unknown {}

  private static final class Hooked {}

  private static final class Own {}

  MeshSocketsTest() {
    sockets.known(type -> type == Hooked.class);
    found.found(
        "pay",
        List.of(
            new Instance("10.9.0.1", 8443, 1, "", Map.of(), false),
            new Instance("2001:db8:0:0:0:0:0:1", 8443, 1, "", Map.of(), false)));
  }

  private void settings(String yaml) throws SettingsException {
    sockets.apply(new SettingsReader(Map.of(), "").read(yaml, "test.yaml"));
  }

  private static InetSocketAddress at(String address, int port) {
    try {
      return new InetSocketAddress(InetAddress.getByName(address), port);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static Listener listener(String address, int port, Class<?> opener) {
    return new Listener(at(address, port), opener, false, false);
  }

  private boolean opens(int port) {
    return sockets.opening(listener("0.0.0.0", port, Unknown.class)).isEmpty();
  }

  private String treatment(int port) {
    return sockets.status().listening().stream()
        .filter(p -> p.port() == port)
        .map(MeshSockets.PortStatus::treatment)
        .findFirst()
        .orElse("not listed");
  }

  @ParameterizedTest(name = "[{0}] opens 8080: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "inbound: {}                                                            | true",
        "inbound: {mtls: PERMISSIVE}                                            | true",
        "inbound: {mtls: STRICT}                                                | false",
        "inbound: {mtls: STRICT, portLevelMtls: {8080: DISABLE}}                | true",
        "inbound: {mtls: STRICT, portLevelMtls: {8081: DISABLE}}                | false",
        "inbound: {mtls: STRICT, portLevelMtls: {8080: PERMISSIVE}}             | true",
        "inbound: {mtls: DISABLE, portLevelMtls: {8080: STRICT}}                | false",
        "inbound: {mtls: STRICT, unknownServers: WARN}                          | true",
        "inbound: {mtls: STRICT, unknownServers: IGNORE}                        | true",
        "inbound: {mtls: DISABLE, unknownServers: REFUSE}                       | false",
        "inbound: {mtls: DISABLE, unknownServers: REFUSE, portLevelMtls: {8080: DISABLE}} | true",
        "inbound: {mtls: PERMISSIVE, DENY}                                      | false",
        "inbound: {mtls: DISABLE, DENY}                                         | false",
        "inbound: {mtls: DISABLE, DENY, portLevelMtls: {8080: DISABLE}}         | true",
        "inbound: {mtls: DISABLE, DENY, unknownServers: WARN}                   | true",
        "enabled: false, inbound: {mtls: STRICT}                                | false",
        "enabled: false, inbound: {mtls: DISABLE, DENY}                         | true",
        "enabled: false, inbound: {mtls: DISABLE, unknownServers: REFUSE}       | true",
      })
  void aPortOfAServerThatNoHookKnows(String given, boolean opens) throws Exception {
    settings(IDENTITY + given.strip().replace("DENY", DENY).replace(", inbound", "\ninbound"));
    assertThat(opens(8080)).isEqualTo(opens);
    assertThat(sockets.failsClosed(8080)).as("after an error of ours").isEqualTo(!opens);
    assertThat(sockets.opening(listener("0.0.0.0", 8080, Hooked.class))).isEmpty();
    assertThat(sockets.opening(listener("127.0.0.1", 8080, Unknown.class))).isEmpty();
    assertThat(sockets.opening(listener("::1", 8080, Unknown.class))).isEmpty();
    assertThat(sockets.opening(new Listener(at("0.0.0.0", 8080), Unknown.class, true, false)))
        .isEmpty();
    assertThat(sockets.opening(listener("::", 8080, Unknown.class)).isEmpty()).isEqualTo(opens);
  }

  @Test
  void beforeThereAreSettingsNothingIsRefused() {
    assertThat(opens(8080)).isTrue();
    assertThat(sockets.watches(at("127.0.0.1", 80))).isFalse();
  }

  @Test
  void aRefusalNamesThePortTheClassAndTheKeyThatExemptsIt() throws Exception {
    settings(IDENTITY + "inbound: {mtls: STRICT}");
    assertThat(sockets.opening(listener("0.0.0.0", 8080, Unknown.class)))
        .hasValueSatisfying(
            why ->
                assertThat(why)
                    .contains("port 8080", "MeshSocketsTest", "inbound.mtls is STRICT")
                    .contains("portLevelMtls: {8080: DISABLE}")
                    .doesNotContain("in use"));
    assertThat(sockets.opening(listener("0.0.0.0", 8080, Unknown.class))).isPresent();
    assertThat(sockets.status().unmeshed())
        .singleElement()
        .satisfies(
            seen -> {
              assertThat(seen.library()).endsWith("MeshSocketsTest");
              assertThat(seen.where()).isEqualTo("port 8080");
              assertThat(seen.outcome()).isEqualTo("refused");
              assertThat(seen.count()).isEqualTo(2);
            });
  }

  @Test
  void statusListsEveryPortAndHowItIsTreatedNow() throws Exception {
    settings(IDENTITY + "inbound: {mtls: PERMISSIVE, portLevelMtls: {8081: DISABLE}}");
    AtomicBoolean open = new AtomicBoolean(true);
    sockets.opened(listener("0.0.0.0", 8080, Unknown.class), open::get);
    sockets.opened(listener("0.0.0.0", 8080, Unknown.class), () -> true);
    sockets.opened(listener("0.0.0.0", 8081, Unknown.class), () -> true);
    sockets.opened(listener("127.0.0.1", 8082, Unknown.class), () -> true);
    sockets.opened(listener("0.0.0.0", 8083, Hooked.class), () -> true);
    assertThat(sockets.status().listening()).hasSize(4);
    assertThat(treatment(8080)).isEqualTo("not secured");
    assertThat(treatment(8081)).isEqualTo("exempt by portLevelMtls");
    assertThat(treatment(8082)).isEqualTo("this host only");
    assertThat(treatment(8083)).isEqualTo("hooked, PERMISSIVE");
    assertThat(sockets.status().unmeshed())
        .extracting(Unmeshed.Count::where)
        .containsExactly("port 8080", "port 8081");

    settings(IDENTITY + "inbound: {mtls: STRICT}");
    assertThat(treatment(8080)).isEqualTo("not secured; open before it would have been refused");
    assertThat(treatment(8083)).isEqualTo("hooked, STRICT");
    open.set(false);
    assertThat(sockets.status().listening()).as("one of two is closed").hasSize(4);
  }

  @Test
  void aPortThatWasOpenBeforeIsFoundAndForgottenWhenItCloses() throws Exception {
    settings(IDENTITY + "inbound: {mtls: STRICT}");
    sockets.opened(listener("0.0.0.0", 8083, Hooked.class), () -> true);
    system.add(at("0.0.0.0", 5005));
    system.add(at("0.0.0.0", 8083));
    sockets.lookForOlderPorts(0);
    assertThat(treatment(5005)).isEqualTo("secured if the hooks know its server");
    assertThat(treatment(8083)).isEqualTo("hooked, STRICT");
    system.remove(0);
    assertThat(treatment(5005)).isEqualTo("not listed");
  }

  @Test
  void whatTheSystemSaysOfThisProcessHasItsPorts() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<InetSocketAddress> listening = new SystemPorts().get();
      if (System.getProperty("os.name").equals("Linux")) {
        assertThat(listening)
            .anyMatch(
                a -> a.getPort() == server.getLocalPort() && a.getAddress().isLoopbackAddress());
      } else {
        assertThat(listening).isEmpty();
      }
    }
  }

  private static final String DESTINATIONS =
      IDENTITY
          + """
          destinations:
            - {host: pay, endpoints: ["10.0.0.5:8443", "pay-1.internal:8443"], unknownClients: MODE}
            - {host: "*.shop", tls: {mode: MUTUAL}, unknownClients: MODE}
            - {host: open.shop}
            - {host: "ported:9000", tls: {mode: MUTUAL}, unknownClients: MODE}
            - {host: simple, endpoints: ["10.0.0.7:8443"], tls: {mode: SIMPLE}, unknownClients: MODE}
            - {host: plain, endpoints: ["10.0.0.6:8080"], tls: {mode: DISABLE}, unknownClients: MODE}
          """;

  private static InetSocketAddress remote(String spec) throws UnknownHostException {
    String[] parts = spec.split("[/;]");
    int port = Integer.parseInt(parts[2]);
    return parts[1].isEmpty()
        ? InetSocketAddress.createUnresolved(parts[0], port)
        : new InetSocketAddress(
            parts[0].isEmpty()
                ? InetAddress.getByName(parts[1])
                : InetAddress.getByAddress(parts[0], InetAddress.getByName(parts[1]).getAddress()),
            port);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "/10.0.0.5/8443, pay",
    "/::ffff:10.0.0.5/8443, pay",
    "/10.0.0.5/8444, ''",
    "pay/192.0.2.1/80, pay",
    "Pay./192.0.2.1/5432, pay",
    "pay//80, pay",
    "pay-1.internal/192.0.2.1/8443, pay",
    "pay-1.internal/192.0.2.1/80, ''",
    "/10.9.0.1/8443, pay",
    "/2001:db8::1/8443, pay",
    "/10.9.0.1/80, ''",
    "/10.9.0.2/8443, ''",
    "a.shop/192.0.2.1/80, *.shop",
    "A.Shop./192.0.2.1/80, *.shop",
    "open.shop/192.0.2.1/80, ''",
    "ported/192.0.2.1/9000, ported:9000",
    "ported/192.0.2.1/80, ''",
    "simple/10.0.0.7/8443, ''",
    "plain/10.0.0.6/8080, ''",
    "db/192.0.2.1/5432, ''",
    "/192.0.2.1/5432, ''"
  })
  void aConnectionByAClientThatNoHookKnows(String remote, String destination) throws Exception {
    settings(DESTINATIONS.replace("MODE", "REFUSE"));
    InetSocketAddress to = remote(remote);
    assertThat(sockets.watches(to)).isEqualTo(!destination.isEmpty());
    assertThat(sockets.connecting(to, Hooked.class)).isEmpty();
    Optional<String> refusal = sockets.connecting(to, Unknown.class);
    assertThat(refusal.isPresent()).isEqualTo(!destination.isEmpty());
    refusal.ifPresent(why -> assertThat(why).contains(destination + ":", "MeshSocketsTest"));

    settings(DESTINATIONS.replace("MODE", "WARN"));
    assertThat(sockets.connecting(to, Unknown.class)).isEmpty();
    assertThat(sockets.status().unmeshed())
        .extracting(s -> s.role() + ' ' + s.where() + ' ' + s.outcome() + ' ' + s.count())
        .isEqualTo(
            destination.isEmpty()
                ? List.of()
                : List.of(
                    "client " + destination + " refused 1",
                    "client " + destination + " not secured 1"));

    settings("enabled: false\n" + DESTINATIONS.replace("MODE", "REFUSE"));
    assertThat(sockets.watches(to)).isFalse();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "other.example/10.0.0.5/8443, pay",
    "pay/10.0.0.5/8443, ''", // As the mesh itself connects.
    "plain/10.0.0.5/8443, ''",
    "x.shop/10.0.0.5/8443, ''",
    "other.example/10.0.0.5/8444, ''",
    "other.example/10.0.0.6/8080, ''"
  })
  void aConnectionOfAHookedClientByANameOfNoDestination(String remote, String destination)
      throws Exception {
    InetSocketAddress to = remote(remote);
    settings(DESTINATIONS.replace("MODE", "REFUSE"));
    Optional<String> refusal = sockets.connecting(to, Hooked.class);
    assertThat(refusal.isPresent()).isEqualTo(!destination.isEmpty());
    refusal.ifPresent(why -> assertThat(why).contains("other.example:8443", "destination pay"));

    settings(DESTINATIONS.replace("MODE", "WARN"));
    assertThat(sockets.connecting(to, Hooked.class)).isEmpty();
    assertThat(sockets.status().unmeshed()).hasSize(destination.isEmpty() ? 0 : 2);
  }

  @Test
  void httpsOfAHookedClientThatDnsLeadsToAnEndpointIsTheApplicationsOwn() throws Exception {
    settings(DESTINATIONS.replace("MODE", "REFUSE"));
    sockets.ownTls(to -> to.getHostString().equals("own.example"));
    assertThat(sockets.connecting(remote("own.example/10.0.0.5/8443"), Hooked.class)).isEmpty();
    assertThat(sockets.connecting(remote("own.example/10.0.0.5/8443"), Unknown.class)).isPresent();
    assertThat(sockets.connecting(remote("other.example/10.0.0.5/8443"), Hooked.class)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/0.0.0.0/8443", "/::/8443"})
  void theAddressOfNoHostIsThisHost(String remote) throws Exception {
    settings(DESTINATIONS.replace("MODE", "REFUSE").replace("10.0.0.5", "127.0.0.1"));
    assertThat(sockets.connecting(remote(remote), Unknown.class)).isPresent();
  }

  @Test
  void aConnectionOfTheAgentItselfIsNobodysCall() throws Exception {
    sockets.own(type -> type == Own.class);
    settings(DESTINATIONS.replace("MODE", "REFUSE"));
    InetAddress endpoint = InetAddress.getByAddress("collector.example", new byte[] {10, 0, 0, 5});
    assertThat(sockets.connecting(new InetSocketAddress(endpoint, 8443), Unknown.class))
        .isPresent();
    assertThat(sockets.connecting(new InetSocketAddress(endpoint, 8443), Own.class)).isEmpty();
    assertThat(sockets.status().unmeshed()).hasSize(1);
  }

  @Test
  void anErrorOfOursRefusesWhereUnknownOnesAreRefusedAndNowhereElse() throws Exception {
    sockets.known(
        type -> {
          throw new IllegalStateException("scripted");
        });
    InetSocketAddress pay = at("10.0.0.5", 8443);
    settings(DESTINATIONS.replace("MODE", "REFUSE") + "inbound: {mtls: STRICT}\n");
    assertThat(opens(8080)).isFalse();
    assertThat(sockets.connecting(pay, Unknown.class))
        .hasValueSatisfying(why -> assertThat(why).contains("an error of ours"));
    assertThat(sockets.failsClosed(pay)).isTrue();
    assertThat(sockets.failsClosed(at("10.0.0.6", 8080))).isFalse();
    assertThat(sockets.connecting(at("10.0.0.6", 8080), Unknown.class)).isEmpty();

    settings(DESTINATIONS.replace("MODE", "WARN") + "inbound: {mtls: PERMISSIVE}\n");
    assertThat(opens(8080)).isTrue();
    assertThat(sockets.connecting(pay, Unknown.class)).isEmpty();
    assertThat(sockets.failsClosed(pay)).isFalse();
    assertThat(sockets.status().errors()).isEqualTo(4);
  }

  @Test
  void aPortThatTheSystemChoseIsNotToBeExemptedByItsNumber() throws Exception {
    settings(IDENTITY + "inbound: {mtls: STRICT}");
    assertThat(sockets.opening(new Listener(at("0.0.0.0", 40123), Unknown.class, false, true)))
        .hasValueSatisfying(
            why -> assertThat(why).contains("port 40123", "fixed").doesNotContain("{40123"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{inbound: {unknownServers: refuse}}",
        "{destinations: [{host: a, unknownClients: IGNORE}]}"
      })
  void mistakesInTheKeysAreNamed(String yaml) {
    SettingsReader reader = new SettingsReader(Map.of(), "");
    assertThatThrownBy(() -> reader.read(yaml, "test.yaml"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("REFUSE");
  }

  @Test
  void whatIsSeenIsBounded() throws Exception {
    settings("{}");
    for (int port = 1; port < 1_000; port++) {
      sockets.opened(listener("0.0.0.0", port, Unknown.class), () -> false);
    }
    assertThat(sockets.status().unmeshed()).hasSizeLessThanOrEqualTo(201);
    assertThat(sockets.status().unmeshed().stream().mapToLong(Unmeshed.Count::count).sum())
        .isEqualTo(999);
    assertThat(sockets.status().errors()).isZero();
  }
}
