// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.PAYMENTS;
import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.TlsPlan;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.InboundSettings.MtlsMode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes over loopback, our client against our server. */
class MutualTlsTest {
  private static final List<String> HTTP1 = List.of("http/1.1");

  @TempDir File directory;

  private final DevelopmentCa ca = DevelopmentCa.create();
  private TestPeer client;
  private TestPeer payments;
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    client = TestPeer.of(new File(directory, "web"), ca.issue(WEB));
    payments = TestPeer.of(new File(directory, "payments"), ca.issue(PAYMENTS));
    server = new TestServer(payments.inbound(MtlsMode.STRICT), "h2", "http/1.1");
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private String call(TestPeer from, String... principals) throws IOException {
    return call(from.identity.clientPlan(TlsMode.MUTUAL, "payments", List.of(principals)), HTTP1);
  }

  private String call(TlsPlan plan, List<String> protocols) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    try (SSLSocket secure = plan.wrap(socket, protocols, 10_000)) {
      secure.setSoTimeout(10_000);
      secure.getOutputStream().write('?');
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(secure.getInputStream(), StandardCharsets.US_ASCII));
      return plan.verify(secure.getSession())
          + " "
          + secure.getApplicationProtocol()
          + " < "
          + in.readLine();
    }
  }

  @Test
  void bothSidesLearnWhoTheOtherIs() throws Exception {
    assertThat(call(client, "cluster.local/ns/shop/sa/payments"))
        .isEqualTo(PAYMENTS + " http/1.1 < " + WEB + " http/1.1");
  }

  @Test
  void h2IsChosenWhereBothSpeakIt() throws Exception {
    TlsPlan plan = client.identity.clientPlan(TlsMode.MUTUAL, "payments", List.of());
    assertThat(call(plan, List.of("h2", "http/1.1"))).contains(" h2 < ").endsWith(" h2");
    assertThat(call(plan, List.of("h2"))).contains(" h2 < ");
    assertThat(call(plan, List.of())).isEqualTo(PAYMENTS + "  < " + WEB + " ");
  }

  @Test
  void principalsMatchExactlyOrByPrefix() throws Exception {
    assertThat(call(client, "cluster.local/ns/shop/sa/x", "cluster.local/ns/shop/*"))
        .startsWith(PAYMENTS);
    assertThat(call(client, "cluster.local/*")).startsWith(PAYMENTS);
    assertThatThrownBy(() -> call(client, "cluster.local/ns/shop/sa/pay"))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void anotherIdentityThanExpectedIsRefusedAndBothAreNamed() {
    assertThatThrownBy(() -> call(client, "cluster.local/ns/shop/sa/orders"))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("cluster.local/ns/shop/sa/payments")
        .hasMessageContaining("cluster.local/ns/shop/sa/orders")
        .hasMessageContaining("payments at ");
  }

  @Test
  void aForeignAuthoritysClientIsRefused() throws Exception {
    DevelopmentCa.Issued foreign = DevelopmentCa.create().issue(WEB);
    assertRefused(
        new DevelopmentCa.Issued(foreign.chainPem(), foreign.keyPem(), ca.bundlePem()),
        "not trusted");
  }

  @Test
  void aForeignAuthoritysServerIsRefused() throws Exception {
    TestPeer other = TestPeer.of(new File(directory, "other"), DevelopmentCa.create().issue(WEB));
    assertThatThrownBy(() -> call(other))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("not trusted by our bundle");
  }

  @Test
  void anotherTrustDomainIsUntrustedThoughTheRootIsTheSame() throws Exception {
    assertRefused(
        ca.issue("spiffe://elsewhere.example/ns/shop/sa/web"), "of another trust domain than ours");
  }

  private void assertRefused(DevelopmentCa.Issued issued, String why) throws Exception {
    TestPeer refused = TestPeer.of(new File(directory, "refused"), issued);
    // Its own view of the server does not matter here: it trusts any of its bundle.
    TlsPlan plan = new TrustingPlan(refused.identity.current().orElseThrow());
    assertThatThrownBy(() -> call(plan, HTTP1)).isInstanceOf(IOException.class);
    assertThat(server.outcome()).startsWith("failed").contains(why);
  }

  @Test
  void anExpiredOrNotYetValidClientIsRefused() throws Exception {
    Instant now = Instant.now();
    for (DevelopmentCa.Issued issued :
        List.of(
            ca.issue(WEB, now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1))),
            ca.issue(WEB, now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(2))))) {
      TlsPlan plan = new TrustingPlan(TrustingPlan.unchecked(issued));
      assertThatThrownBy(() -> call(plan, HTTP1)).isInstanceOf(IOException.class);
      assertThat(server.outcome())
          .startsWith("failed")
          .containsAnyOf("expired at", "not valid before");
    }
  }

  @Test
  void noClientCertificateIsRefused() throws Exception {
    String said =
        OpenSslClient.connect(
            server.port(), directory, "-CAfile", "web/root-cert.pem", "-alpn", "http/1.1");
    assertThat(server.outcome()).startsWith("failed").containsIgnoringCase("certificate");
    assertThat(said).contains("alert");
  }

  @Test
  void tls11IsRefused() throws Exception {
    OpenSslClient.connect(
        server.port(),
        directory,
        "-tls1_1",
        "-cipher",
        "DEFAULT:@SECLEVEL=0",
        "-cert",
        "web/cert-chain.pem",
        "-key",
        "web/key.pem");
    assertThat(server.outcome()).startsWith("failed").contains("TLS");
  }

  @Test
  void tls12IsServed() throws Exception {
    String said =
        OpenSslClient.connect(
            server.port(),
            directory,
            "-tls1_2",
            "-cert",
            "web/cert-chain.pem",
            "-key",
            "web/key.pem");
    assertThat(said).contains(WEB);
    assertThat(server.outcome()).isEqualTo("ok " + WEB + " ");
  }

  @Test
  void foreignApplicationProtocolsEndInNoneAndNotInAnAlert() throws Exception {
    assertThat(alpn("istio-peer-exchange,istio")).isEqualTo("ok " + WEB + " ");
    assertThat(alpn("istio-http/1.1,istio,http/1.1")).isEqualTo("ok " + WEB + " http/1.1");
    assertThat(alpn("istio-h2,istio,h2")).isEqualTo("ok " + WEB + " h2");
  }

  private String alpn(String names) throws Exception {
    OpenSslClient.connect(
        server.port(),
        directory,
        "-alpn",
        names,
        "-cert",
        "web/cert-chain.pem",
        "-key",
        "web/key.pem");
    return server.outcome();
  }

  @Test
  void aSilentServerEndsTheHandshakeAndTheReadTimeoutIsAsBefore() throws Exception {
    TlsPlan plan = client.identity.clientPlan(TlsMode.MUTUAL, "payments", List.of());
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), silent.getLocalPort());
      assertThatThrownBy(() -> plan.wrap(socket, HTTP1, 100))
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageContaining("payments at ");
      assertThat(socket.isClosed()).isTrue();
    }
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(4321);
    try (SSLSocket secure = plan.wrap(socket, HTTP1, 10_000)) {
      assertThat(secure.getSoTimeout()).isEqualTo(4321);
    }
  }

  /** What TLS 1.2 calls renegotiation: the server asks, and the client would prove itself again. */
  @Test
  void aServerIsShownWhoWeAreOnce() throws Exception {
    TlsPlan plan = client.identity.clientPlan(TlsMode.MUTUAL, "payments", List.of());
    try (SSLServerSocket asking =
        (SSLServerSocket)
            payments
                .identity
                .usable()
                .serverContext()
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      asking.setEnabledProtocols(new String[] {"TLSv1.2"});
      asking.setNeedClientAuth(true);
      FutureTask<String> ended = new FutureTask<>(() -> handshakes(asking));
      new Thread(ended, "asking-server").start();
      Socket raw = new Socket(InetAddress.getLoopbackAddress(), asking.getLocalPort());
      raw.setSoTimeout(10_000);
      try (SSLSocket secure = plan.wrap(raw, HTTP1, 10_000)) {
        assertThat(secure.getSession().getProtocol()).isEqualTo("TLSv1.2");
        assertThat(secure.getInputStream().read()).as("what was sent before").isEqualTo('1');
        assertThatThrownBy(() -> secure.getInputStream().read()).isInstanceOf(SSLException.class);
      }
      assertThat(ended.get()).isEqualTo("refused");
    }
  }

  private static String handshakes(SSLServerSocket server) throws IOException {
    try (SSLSocket socket = (SSLSocket) server.accept()) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write('1');
      socket.startHandshake();
      return socket.getInputStream().read() < 0 ? "refused" : "twice";
    } catch (SSLException e) {
      return "refused";
    }
  }

  @Test
  void anEngineShakesHandsOnce() throws Exception {
    TlsPlan plan = client.identity.clientPlan(TlsMode.MUTUAL, "payments", List.of());
    SSLEngine asked = plan.engine(InetSocketAddress.createUnresolved("127.0.0.1", 1), HTTP1);
    SSLEngine asking = payments.identity.usable().serverContext().createSSLEngine();
    asking.setUseClientMode(false);
    asking.setNeedClientAuth(true);
    asking.setEnabledProtocols(new String[] {"TLSv1.2"});
    EnginePair pair = new EnginePair(asked, asking);
    pair.shakeHands();
    assertThat(asked.getSession().getProtocol()).isEqualTo("TLSv1.2");
    asking.beginHandshake();
    assertThatThrownBy(pair::shakeHands).isInstanceOf(SSLException.class);
  }

  @Test
  void theIdentityIsCheckedInASessionTooSinceAResumptionAsksNoTrustManager() throws Exception {
    TlsPlan expectsPayments =
        client.identity.clientPlan(
            TlsMode.MUTUAL, "payments", List.of("cluster.local/ns/shop/sa/payments"));
    TlsPlan expectsOrders =
        client.identity.clientPlan(
            TlsMode.MUTUAL, "payments", List.of("cluster.local/ns/shop/sa/orders"));
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    try (SSLSocket secure = expectsPayments.wrap(socket, HTTP1, 10_000)) {
      assertThat(expectsPayments.verify(secure.getSession()).id()).isEqualTo(PAYMENTS);
      assertThatThrownBy(() -> expectsOrders.verify(secure.getSession()))
          .isInstanceOf(SSLPeerUnverifiedException.class)
          .hasMessageContaining("sa/orders");
    }
  }

  @Test
  void aClientWhoseBundleLostTheRootRefusesTheServerItKnew() throws Exception {
    assertThat(call(client)).startsWith(PAYMENTS);
    assertThat(call(client)).startsWith(PAYMENTS);
    DevelopmentCa.Issued own = ca.issue(WEB);

    client.rotate(
        new DevelopmentCa.Issued(own.chainPem(), own.keyPem(), DevelopmentCa.create().bundlePem()));

    assertThatThrownBy(() -> call(client))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("not trusted by our bundle");
  }

  @Test
  void keysInEveryShapeShakeHands() throws Exception {
    OpenSsl.run(directory, "pkey", "-in", "web/key.pem", "-traditional", "-out", "web/key.sec1");
    Files.move(
        new File(directory, "web/key.sec1").toPath(),
        new File(directory, "web/key.pem").toPath(),
        StandardCopyOption.REPLACE_EXISTING);
    client.identity.look();
    client.identity.look();
    assertThat(client.identity.current().orElseThrow().generation()).isEqualTo(2);
    assertThat(call(client)).startsWith(PAYMENTS);
  }

  @Test
  void anRsaIdentityWithAPkcs1KeyIsServedAndServes() throws Exception {
    TestPeer rsa = TestPeer.of(new File(directory, "rsa"), Rsa.issue(ca, PAYMENTS));
    try (TestServer other = new TestServer(rsa.inbound(MtlsMode.STRICT), "http/1.1")) {
      TlsPlan plan = client.identity.clientPlan(TlsMode.MUTUAL, "payments", List.of());
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), other.port());
      try (SSLSocket secure = plan.wrap(socket, HTTP1, 10_000)) {
        assertThat(plan.verify(secure.getSession()).id()).isEqualTo(PAYMENTS);
      }
    }
    assertThat(call(rsa)).endsWith(PAYMENTS + " http/1.1");
  }
}
