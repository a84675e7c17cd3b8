// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.CertificateDraft.CRL_SIGN;
import static io.inboard.identity.CertificateDraft.DIGITAL_SIGNATURE;
import static io.inboard.identity.CertificateDraft.KEY_CERT_SIGN;
import static io.inboard.identity.TestPeer.PAYMENTS;
import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import io.inboard.call.TlsPlan;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.InboundSettings.MtlsMode;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Chains that an authority should not have signed: refused in our own files, by {@code check}, and
 * from a peer, by rules that do not lean on the JDK's, which an application may lower.
 */
class WeakChainTest {
  @TempDir File directory;

  private final DevelopmentCa ca = DevelopmentCa.create();
  private final KeyPair strong = pair("EC", 256);
  private final Instant now = Instant.now();

  private static KeyPair pair(String kind, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private CertificateDraft draft(KeyPair key) {
    return new CertificateDraft(key.getPublic())
        .valid(now.minusSeconds(60), now.plus(Duration.ofDays(1)));
  }

  private CertificateDraft leaf(KeyPair key) {
    return draft(key).authority(false).keyUsage(DIGITAL_SIGNATURE, true).uris(WEB);
  }

  private CertificateDraft authority(KeyPair key) {
    return draft(key).subject("an authority").authority(true);
  }

  /** A leaf under the root itself. */
  private DevelopmentCa.Issued direct(KeyPair key, UnaryOperator<CertificateDraft> shape)
      throws Exception {
    X509Certificate signed = shape.apply(leaf(key)).signedBy(ca.root(), ca.key());
    return issued(key, signed);
  }

  /** A good leaf under an intermediate of this key and shape. */
  private DevelopmentCa.Issued under(KeyPair key, UnaryOperator<CertificateDraft> shape)
      throws Exception {
    X509Certificate middle = shape.apply(authority(key)).signedBy(ca.root(), ca.key());
    return issued(strong, leaf(strong).signedBy(middle, key.getPrivate()), middle);
  }

  private DevelopmentCa.Issued issued(KeyPair key, X509Certificate... chain) throws Exception {
    StringBuilder pem = new StringBuilder();
    for (X509Certificate certificate : chain) {
      pem.append(DevelopmentCa.pem("CERTIFICATE", certificate.getEncoded()));
    }
    return new DevelopmentCa.Issued(
        pem.toString(), DevelopmentCa.pem(key.getPrivate()), ca.bundlePem());
  }

  /** By us, of our own files; by a server of ours, at the handshake; by a client, likewise. */
  private void assertRefused(DevelopmentCa.Issued issued, Refusal reason, String why)
      throws Exception {
    File files = new File(directory, "weak");
    issued.save(files);
    assertThat(IdentityCheck.problems(TestPeer.files(files)))
        .singleElement()
        .asString()
        .startsWith(new File(files, DevelopmentCa.CHAIN_FILE).getPath())
        .contains(why);
    X509Certificate[] chain =
        Pem.read(new File(files, DevelopmentCa.CHAIN_FILE))
            .certificates()
            .toArray(new X509Certificate[0]);
    TestPeer ours = TestPeer.of(new File(directory, "ours"), ca.issue(PAYMENTS));
    SpiffeTrustManager judge =
        new SpiffeTrustManager(ours.identity.generation().orElseThrow().trust(), peer -> {});
    assertThatThrownBy(() -> judge.checkServerTrusted(chain, "UNKNOWN"))
        .isInstanceOf(PeerRefusedException.class)
        .hasMessageContaining(why)
        .extracting(e -> ((PeerRefusedException) e).refusal())
        .isEqualTo(reason);
    TlsPlan plan = new TrustingPlan(TrustingPlan.unchecked(issued));
    try (TestServer server = new TestServer(ours.inbound(MtlsMode.STRICT))) {
      assertThatThrownBy(() -> call(plan, server)).isInstanceOf(IOException.class);
      assertThat(server.outcome()).startsWith("failed " + reason + " ").contains(why);
    }
  }

  private static String call(TlsPlan plan, TestServer server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    try (SSLSocket secure = plan.wrap(socket, List.of(), 10_000)) {
      secure.setSoTimeout(10_000);
      secure.getOutputStream().write('?');
      int first = secure.getInputStream().read();
      if (first < 0) {
        throw new IOException("closed");
      }
      return "" + (char) first;
    }
  }

  @Test
  void aChainOfGoodPartsIsTaken() throws Exception {
    int usage = KEY_CERT_SIGN | CRL_SIGN;
    List<DevelopmentCa.Issued> good = new ArrayList<>();
    good.add(under(pair("EC", 256), d -> d.keyUsage(usage, true)));
    good.add(under(pair("RSA", 2048), d -> d.keyUsage(usage, true)));
    good.add(under(strong, d -> d.keyUsage(usage, true).uris("spiffe://cluster.local")));
    good.add(under(strong, d -> d.keyUsage(usage, false).uris("https://ca.example/about")));
    good.add(direct(pair("RSA", 2048), d -> d));
    TestPeer ours = TestPeer.of(new File(directory, "ours"), ca.issue(PAYMENTS));
    for (int i = 0; i < good.size(); i++) {
      TestPeer peer = TestPeer.of(new File(directory, "good" + i), good.get(i));
      assertThat(IdentityCheck.problems(TestPeer.files(peer.directory))).isEmpty();
      try (TestServer server = new TestServer(ours.inbound(MtlsMode.STRICT))) {
        call(peer.identity.clientPlan(TlsMode.MUTUAL, "payments", List.of()), server);
        assertThat(server.outcome()).startsWith("ok " + WEB);
      }
    }
  }

  @Test
  void aShortRsaKeyIsRefusedWhereverItStands() throws Exception {
    KeyPair weak = pair("RSA", 1024);
    assertRefused(direct(weak, d -> d), Refusal.WEAK, "has an RSA key of 1024 bits");
    assertRefused(
        under(weak, d -> d.keyUsage(KEY_CERT_SIGN, true)),
        Refusal.WEAK,
        "has an RSA key of 1024 bits");
    assertThat(IdentityCheck.problems(TestPeer.files(new File(directory, "weak"))).get(0))
        .contains("certificate 2 has an RSA key of 1024 bits; the least is 2048");
  }

  @Test
  void aSignatureWithSha1IsRefusedButOnARoot() throws Exception {
    assertRefused(direct(strong, CertificateDraft::sha1), Refusal.WEAK, "SHA1withECDSA");
    assertRefused(
        under(strong, d -> d.keyUsage(KEY_CERT_SIGN, true).sha1()), Refusal.WEAK, "SHA1withECDSA");
    KeyPair rsa = pair("RSA", 2048);
    X509Certificate root = authority(rsa).sha1().selfSigned(rsa.getPrivate());
    X509Certificate leaf = leaf(strong).signedBy(root, rsa.getPrivate());
    DevelopmentCa.Issued old =
        new DevelopmentCa.Issued(
            DevelopmentCa.pem("CERTIFICATE", leaf.getEncoded())
                + DevelopmentCa.pem("CERTIFICATE", root.getEncoded()),
            DevelopmentCa.pem(strong.getPrivate()),
            DevelopmentCa.pem("CERTIFICATE", root.getEncoded()));
    TestPeer peer = TestPeer.of(new File(directory, "old"), old);
    assertThat(IdentityCheck.problems(TestPeer.files(peer.directory))).isEmpty();
    try (TestServer server = new TestServer(peer.inbound(MtlsMode.STRICT))) {
      call(peer.identity.clientPlan(TlsMode.MUTUAL, "web", List.of()), server);
      assertThat(server.outcome()).startsWith("ok " + WEB);
    }
  }

  @Test
  void aShortRootIsRefusedInOurBundle() throws Exception {
    KeyPair weak = pair("RSA", 1024);
    X509Certificate root = authority(weak).selfSigned(weak.getPrivate());
    ca.issue(WEB).save(directory);
    String bundle = ca.bundlePem() + DevelopmentCa.pem("CERTIFICATE", root.getEncoded());
    java.nio.file.Files.writeString(
        new File(directory, DevelopmentCa.BUNDLE_FILE).toPath(), bundle);
    assertThat(IdentityCheck.problems(TestPeer.files(directory)))
        .singleElement()
        .asString()
        .contains(DevelopmentCa.BUNDLE_FILE + ": certificate 2 has an RSA key of 1024 bits");
  }

  @Test
  void anIntermediateMustSayThatItSigns() throws Exception {
    assertRefused(under(strong, d -> d), Refusal.NO_SPIFFE_IDENTITY, "has no key usage");
    assertRefused(
        under(strong, d -> d.keyUsage(CRL_SIGN, true)),
        Refusal.NO_SPIFFE_IDENTITY,
        "has a key usage without certificate sign");
  }

  @Test
  void anIntermediateWhoseExtendedKeyUsageExcludesThePurposeSignsNothingHere() throws Exception {
    String serverAuth = CertificateDraft.SERVER_AUTH;
    String clientAuth = CertificateDraft.CLIENT_AUTH;
    // By our own files and a client of ours; a server of ours would take it: it may sign clients.
    DevelopmentCa.Issued clients =
        under(strong, d -> d.keyUsage(KEY_CERT_SIGN, true).extendedKeyUsage(clientAuth));
    DevelopmentCa.Issued servers =
        under(strong, d -> d.keyUsage(KEY_CERT_SIGN, true).extendedKeyUsage(serverAuth));
    assertJudged(clients, "", "has an extended key usage without server authentication");
    assertJudged(servers, "has an extended key usage without client authentication", "");
    assertRefused(
        under(strong, d -> d.keyUsage(KEY_CERT_SIGN, true).extendedKeyUsage("1.3.6.1.5.5.7.3.3")),
        Refusal.NO_SPIFFE_IDENTITY,
        "has an extended key usage without ");
    DevelopmentCa.Issued any =
        under(strong, d -> d.keyUsage(KEY_CERT_SIGN, true).extendedKeyUsage("2.5.29.37.0"));
    assertJudged(any, "", "");
    DevelopmentCa.Issued both =
        under(
            strong, d -> d.keyUsage(KEY_CERT_SIGN, true).extendedKeyUsage(clientAuth, serverAuth));
    assertJudged(both, "", "");
  }

  /** As a client's chain and as a server's; empty: taken. */
  private void assertJudged(DevelopmentCa.Issued issued, String asClient, String asServer)
      throws Exception {
    TestPeer ours = TestPeer.of(new File(directory, "ours"), ca.issue(PAYMENTS));
    SpiffeTrustManager judge =
        new SpiffeTrustManager(ours.identity.generation().orElseThrow().trust(), peer -> {});
    X509Certificate[] chain =
        Pem.parse("chain", issued.chainPem().getBytes(StandardCharsets.US_ASCII))
            .certificates()
            .toArray(new X509Certificate[0]);
    assertThat(refusal(() -> judge.checkClientTrusted(chain, "EC"))).contains(asClient);
    assertThat(refusal(() -> judge.checkClientTrusted(chain, "EC")).isEmpty())
        .isEqualTo(asClient.isEmpty());
    assertThat(refusal(() -> judge.checkServerTrusted(chain, "UNKNOWN"))).contains(asServer);
    assertThat(refusal(() -> judge.checkServerTrusted(chain, "UNKNOWN")).isEmpty())
        .isEqualTo(asServer.isEmpty());
  }

  private static String refusal(Check check) {
    try {
      check.run();
      return "";
    } catch (CertificateException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private interface Check {
    void run() throws CertificateException;
  }

  @Test
  void anIntermediateOfAnotherTrustDomainSignsNothingHere() throws Exception {
    assertRefused(
        under(strong, d -> d.keyUsage(KEY_CERT_SIGN, true).uris("spiffe://other.example")),
        Refusal.WRONG_TRUST_DOMAIN,
        "is an authority of spiffe://other.example");
  }

  @Test
  void aRootOfAnotherTrustDomainSignsNothingHere() throws Exception {
    KeyPair key = pair("EC", 256);
    X509Certificate foreign =
        authority(key)
            .keyUsage(KEY_CERT_SIGN, true)
            .uris("spiffe://other.example")
            .selfSigned(key.getPrivate());
    String both = ca.bundlePem() + DevelopmentCa.pem("CERTIFICATE", foreign.getEncoded());
    DevelopmentCa.Issued own = ca.issue(PAYMENTS);
    TestPeer ours =
        TestPeer.of(
            new File(directory, "ours"),
            new DevelopmentCa.Issued(own.chainPem(), own.keyPem(), both));
    X509Certificate leaf = leaf(strong).signedBy(foreign, key.getPrivate());
    TlsPlan plan = new TrustingPlan(TrustingPlan.unchecked(issued(strong, leaf)));
    try (TestServer server = new TestServer(ours.inbound(MtlsMode.STRICT))) {
      assertThatThrownBy(() -> call(plan, server)).isInstanceOf(IOException.class);
      assertThat(server.outcome()).startsWith("failed " + Refusal.UNTRUSTED_ROOT);
    }
    java.nio.file.Files.writeString(
        new File(ours.directory, DevelopmentCa.BUNDLE_FILE).toPath(),
        DevelopmentCa.pem("CERTIFICATE", foreign.getEncoded()));
    assertThat(IdentityCheck.problems(TestPeer.files(ours.directory)).get(0))
        .contains("every certificate of the trust bundle is of another trust domain");
  }

  @Test
  void whatACertificateSaysNeverMovesTheCursor() {
    String said = "spiffe://cluster.local/\u001b[2J\r\n[inboard] all is well";
    assertThatThrownBy(() -> SpiffeId.parse(said))
        .message()
        .contains("\\u001b[2J\\u000d\\u000a[inboard]")
        .doesNotContainPattern("\\p{Cntrl}");
    assertThat(new PeerRefusedException(Refusal.UNTRUSTED_ROOT, said))
        .message()
        .doesNotContainPattern("\\p{Cntrl}");
  }
}
