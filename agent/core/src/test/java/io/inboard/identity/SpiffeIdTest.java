// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "spiffe://cluster.local/ns/shop/sa/web",
        "spiffe://a/b",
        "spiffe://1.2.3.4/service",
        "spiffe://my_domain-1/A.b-c_d/9",
        "spiffe://cluster.local",
        "spiffe://cluster.local/..."
      })
  void properIdsAreKeptAsTheyAre(String id) {
    assertThat(SpiffeId.parse(id).toString()).isEqualTo(id);
  }

  @Test
  void schemeAndTrustDomainCompareWithoutCaseAndThePathWithIt() {
    SpiffeId id = SpiffeId.parse("SPIFFE://Cluster.Local/ns/Shop");
    assertThat(id.trustDomain()).isEqualTo("cluster.local");
    assertThat(id.principal()).isEqualTo("cluster.local/ns/Shop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cluster.local/ns/shop",
        "https://cluster.local/x",
        "spiffe:/cluster.local/x",
        "spiffe:///x",
        "spiffe://user@cluster.local/x",
        "spiffe://cluster.local:443/x",
        "spiffe://cluster.local/x?q=1",
        "spiffe://cluster.local/x#f",
        "spiffe://cluster.local/%41",
        "spiffe://cluster.local/",
        "spiffe://cluster.local/x/",
        "spiffe://cluster.local//x",
        "spiffe://cluster.local/./x",
        "spiffe://cluster.local/x/..",
        "spiffe://cluster.local/a b",
        "spiffe://cluster.local/\u00fc",
        "spiffe://cl\u212Aster.local/x",
        "spiffe://cluster.local/x\n"
      })
  void anythingElseIsRefused(String id) {
    assertThatThrownBy(() -> SpiffeId.parse(id)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void lengthsAreBounded() {
    String domain = "d".repeat(255);
    assertThat(SpiffeId.parse("spiffe://" + domain + "/x").trustDomain()).isEqualTo(domain);
    assertThatThrownBy(() -> SpiffeId.parse("spiffe://d" + domain + "/x"))
        .hasMessageContaining("255");
    String longest = "spiffe://d/" + "x".repeat(2048 - 11);
    assertThat(SpiffeId.parse(longest).toString()).hasSize(2048);
    assertThatThrownBy(() -> SpiffeId.parse(longest + "x")).hasMessageContaining("2048");
  }

  @Test
  void aMessageHoldsNoControlCharacterOfAPeers() {
    assertThatThrownBy(() -> SpiffeId.parse("spiffe://a/b\u001b[31m\n"))
        .message()
        .matches("[\\x20-\\x7e]+");
  }
}
