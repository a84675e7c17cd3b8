// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.call.PeerRefusedException;
import io.inboard.call.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;

/** Two federated trust domains: each root vouches for the ids of its own domain. */
final class TrustBundlesTest {
  private static final String OURS = "cluster.local";
  private static final String THEIRS = "partner.example";
  private static final String OUR_ID = TestPeer.PAYMENTS;
  private static final String THEIR_ID = "spiffe://partner.example/ns/shop/sa/billing";

  private final DevelopmentCa ourCa = DevelopmentCa.create();
  private final DevelopmentCa theirCa = DevelopmentCa.create();

  private static List<X509Certificate> certificates(String pem) throws IdentityException {
    return Pem.parse("test", pem.getBytes(StandardCharsets.US_ASCII)).certificates();
  }

  private static List<X509Certificate> chain(DevelopmentCa by, String id) throws IdentityException {
    return certificates(by.issue(id).chainPem());
  }

  private Generation generation(TrustBundles bundles) throws IdentityException {
    DevelopmentCa.Issued own = ourCa.issue(TestPeer.WEB);
    List<X509Certificate> chain = certificates(own.chainPem());
    Pem key = Pem.parse("key", own.keyPem().getBytes(StandardCharsets.US_ASCII));
    return new Generation(
        new KeyMaterial(
            1,
            SpiffeId.parse(TestPeer.WEB),
            chain,
            PrivateKeys.of(key, chain.get(0).getPublicKey()),
            bundles),
        Clock.systemUTC());
  }

  private TrustBundles ours() throws IdentityException {
    return TrustBundles.of(OURS, certificates(ourCa.bundlePem()));
  }

  private TrustBundles federated() throws IdentityException {
    return ours().federatedWith(THEIRS, certificates(theirCa.bundlePem()));
  }

  private static void judge(Generation by, List<X509Certificate> chain) throws Exception {
    X509Certificate[] sent = chain.toArray(new X509Certificate[0]);
    by.checkClient(sent);
    new SpiffeTrustManager(by.trust(), peer -> {}).checkServerTrusted(sent, "UNKNOWN");
  }

  private static void refused(Generation by, List<X509Certificate> chain, Refusal why) {
    assertThatThrownBy(() -> by.checkClient(chain.toArray(new X509Certificate[0])))
        .isInstanceOfSatisfying(
            PeerRefusedException.class, e -> assertThat(e.refusal()).isEqualTo(why));
    assertThatThrownBy(() -> judge(by, chain)).isInstanceOf(PeerRefusedException.class);
  }

  @Test
  void aRootVouchesForItsOwnDomainOnly() throws Exception {
    Generation by = generation(federated());
    assertThatCode(() -> judge(by, chain(ourCa, OUR_ID))).doesNotThrowAnyException();
    assertThatCode(() -> judge(by, chain(theirCa, THEIR_ID))).doesNotThrowAnyException();
    refused(by, chain(theirCa, OUR_ID), Refusal.UNTRUSTED_ROOT);
    refused(by, chain(ourCa, THEIR_ID), Refusal.UNTRUSTED_ROOT);
  }

  @Test
  void aRootThatIsSentAlongChangesNothing() throws Exception {
    Generation by = generation(federated());
    List<X509Certificate> forged = new ArrayList<>(chain(theirCa, OUR_ID));
    forged.addAll(certificates(theirCa.bundlePem()));
    refused(by, forged, Refusal.UNTRUSTED_ROOT);
    List<X509Certificate> whole = new ArrayList<>(chain(theirCa, THEIR_ID));
    whole.addAll(certificates(theirCa.bundlePem()));
    assertThatCode(() -> judge(by, whole)).doesNotThrowAnyException();
  }

  /** Signed by our root, and in our bundle beside it, but an authority of theirs by its name. */
  @Test
  void aRootOfAnotherDomainInOurBundleIsNoIntermediateOfOurs() throws Exception {
    KeyPair pair = DevelopmentCa.newPair();
    Instant now = Instant.now();
    X509Certificate crossed = authority(pair, "spiffe://" + THEIRS, now);
    X509Certificate leaf =
        new CertificateDraft(pair.getPublic())
            .valid(now.minusSeconds(60), now.plusSeconds(3600))
            .authority(false)
            .keyUsage(CertificateDraft.DIGITAL_SIGNATURE, true)
            .uris(OUR_ID)
            .signedBy(crossed, pair.getPrivate());
    List<X509Certificate> roots = new ArrayList<>(certificates(ourCa.bundlePem()));
    roots.add(crossed);
    Generation by = generation(TrustBundles.of(OURS, roots));
    refused(by, List.of(leaf, crossed), Refusal.WRONG_TRUST_DOMAIN);
  }

  private X509Certificate authority(KeyPair pair, String id, Instant now) throws Exception {
    return new CertificateDraft(pair.getPublic())
        .subject("an authority")
        .valid(now.minusSeconds(60), now.plusSeconds(3600))
        .authority(true)
        .keyUsage(CertificateDraft.KEY_CERT_SIGN | CertificateDraft.CRL_SIGN, true)
        .uris(id)
        .signedBy(ourCa.root(), ourCa.key());
  }

  @Test
  void aBundleOfAnotherDomainsRootsSaysThatNoneMayVouch() throws Exception {
    KeyPair pair = DevelopmentCa.newPair();
    X509Certificate theirs = authority(pair, "spiffe://" + THEIRS, Instant.now());
    Generation by = generation(TrustBundles.of(OURS, List.of(theirs)));
    X509Certificate[] sent = chain(ourCa, OUR_ID).toArray(new X509Certificate[0]);
    assertThatThrownBy(() -> by.checkClient(sent))
        .hasMessageContaining("trust bundle of cluster.local is valid now and may vouch");
  }

  @Test
  void aDomainWithoutABundleIsNobodysAndOneWithoutRootsTrustsNobody() throws Exception {
    refused(generation(ours()), chain(theirCa, THEIR_ID), Refusal.WRONG_TRUST_DOMAIN);
    refused(
        generation(federated()),
        chain(theirCa, "spiffe://elsewhere.example/ns/a/sa/b"),
        Refusal.WRONG_TRUST_DOMAIN);
    refused(
        generation(ours().federatedWith(THEIRS, List.of())),
        chain(theirCa, THEIR_ID),
        Refusal.UNTRUSTED_ROOT);
  }

  @Test
  void aCallExpectsSomebodyOfOurDomainUnlessAnotherIsNamed() throws Exception {
    Generation by = generation(federated());
    MutualPlan anybody = new MutualPlan(by, "payments", List.of());
    assertThat(anybody.verify(new FixedSession(chain(ourCa, OUR_ID))).id()).isEqualTo(OUR_ID);
    assertThatThrownBy(() -> anybody.verify(new FixedSession(chain(theirCa, THEIR_ID))))
        .isInstanceOf(SSLPeerUnverifiedException.class)
        .hasMessageContaining("expected to be any workload of our trust domain");
    MutualPlan named = new MutualPlan(by, "billing", List.of("partner.example/ns/shop/sa/billing"));
    assertThat(named.verify(new FixedSession(chain(theirCa, THEIR_ID))).id()).isEqualTo(THEIR_ID);
  }

  @Test
  void theBundleOfADomainIsGivenOnce() throws Exception {
    TrustBundles bundles = federated();
    List<X509Certificate> roots = certificates(theirCa.bundlePem());
    assertThatThrownBy(() -> bundles.federatedWith(THEIRS, roots))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> bundles.federatedWith(OURS, roots))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(generation(bundles).trust().roots()).hasSize(2);
  }
}
