// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.CertificateDraft.CLIENT_AUTH;
import static io.inboard.identity.CertificateDraft.CRL_SIGN;
import static io.inboard.identity.CertificateDraft.DIGITAL_SIGNATURE;
import static io.inboard.identity.CertificateDraft.KEY_CERT_SIGN;
import static io.inboard.identity.CertificateDraft.SERVER_AUTH;
import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SvidRulesTest {
  private final DevelopmentCa ca = DevelopmentCa.create();

  private X509Certificate leaf(UnaryOperator<CertificateDraft> shape) throws Exception {
    KeyPair pair = DevelopmentCa.newPair();
    Instant now = Instant.now();
    CertificateDraft draft =
        new CertificateDraft(pair.getPublic()).valid(now, now.plus(Duration.ofDays(1)));
    return shape.apply(draft).signedBy(ca.root(), ca.key());
  }

  private void assertRefused(String why, UnaryOperator<CertificateDraft> shape) throws Exception {
    X509Certificate certificate = leaf(shape);
    assertThatThrownBy(() -> SvidRules.leaf(certificate))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining(why);
  }

  private static CertificateDraft good(CertificateDraft draft) {
    return draft.authority(false).keyUsage(DIGITAL_SIGNATURE, true).uris(WEB);
  }

  @Test
  void aLeafWithOneUriAndTheRightUsagesIsAnSvid() throws Exception {
    assertThat(SvidRules.leaf(leaf(SvidRulesTest::good)).toString()).isEqualTo(WEB);
    assertThat(SvidRules.leaf(leaf(d -> good(d.subject("SPIRE")))).toString()).isEqualTo(WEB);
    assertThat(
            SvidRules.leaf(leaf(d -> good(d).extendedKeyUsage(SERVER_AUTH, CLIENT_AUTH)))
                .toString())
        .isEqualTo(WEB);
  }

  @Test
  void noneOrTwoUriNamesAreRefused() throws Exception {
    assertRefused(
        "0 URI names", d -> d.subject("x").authority(false).keyUsage(DIGITAL_SIGNATURE, true));
    assertRefused(
        "2 URI names",
        d -> d.authority(false).keyUsage(DIGITAL_SIGNATURE, true).uris(WEB, WEB + "2"));
    assertRefused(
        "2 URI names",
        d ->
            d.authority(false)
                .keyUsage(DIGITAL_SIGNATURE, true)
                .uris(WEB, "https://cluster.local/x"));
  }

  @Test
  void anotherSchemeOrTheTrustDomainItselfIsRefused() throws Exception {
    assertRefused(
        "does not begin with spiffe://",
        d -> d.authority(false).keyUsage(DIGITAL_SIGNATURE, true).uris("https://cluster.local/x"));
    assertRefused(
        "instead of a workload",
        d -> d.authority(false).keyUsage(DIGITAL_SIGNATURE, true).uris("spiffe://cluster.local"));
  }

  @Test
  void aCertificateOfACaIsNoWorkloads() throws Exception {
    assertRefused("CA:TRUE", d -> d.authority(true).keyUsage(DIGITAL_SIGNATURE, true).uris(WEB));
  }

  @Test
  void keyUsageMustBeThereCriticalAndForSigning() throws Exception {
    assertRefused("no critical key usage", d -> d.authority(false).uris(WEB));
    assertRefused(
        "no critical key usage",
        d -> d.authority(false).keyUsage(DIGITAL_SIGNATURE, false).uris(WEB));
    assertRefused(
        "without digital signature", d -> d.authority(false).keyUsage(0x20, true).uris(WEB));
    for (int ofACa : new int[] {KEY_CERT_SIGN, CRL_SIGN}) {
      assertRefused(
          "key usage of a CA",
          d -> d.authority(false).keyUsage(DIGITAL_SIGNATURE | ofACa, true).uris(WEB));
    }
  }

  @Test
  void extendedKeyUsageIfThereIsForBothSides() throws Exception {
    assertRefused("both server and client", d -> good(d).extendedKeyUsage(SERVER_AUTH));
    assertRefused("both server and client", d -> good(d).extendedKeyUsage(CLIENT_AUTH));
  }

  @Test
  void signersAreCas() throws Exception {
    SvidRules.authority(ca.root());
    SvidRules.authority(leaf(d -> d.subject("no usage at all").authority(true)));
    SvidRules.authority(
        leaf(d -> d.authority(true).keyUsage(KEY_CERT_SIGN, true).uris("spiffe://cluster.local")));
    X509Certificate workload = leaf(SvidRulesTest::good);
    assertThatThrownBy(() -> SvidRules.authority(workload)).hasMessageContaining("no CA:TRUE");
    X509Certificate wrongUsage =
        leaf(d -> d.subject("x").authority(true).keyUsage(DIGITAL_SIGNATURE, true));
    assertThatThrownBy(() -> SvidRules.authority(wrongUsage))
        .hasMessageContaining("without certificate sign");
    X509Certificate withPath = leaf(d -> d.authority(true).keyUsage(KEY_CERT_SIGN, true).uris(WEB));
    assertThatThrownBy(() -> SvidRules.authority(withPath))
        .hasMessageContaining("SPIFFE id of a workload");
  }
}
