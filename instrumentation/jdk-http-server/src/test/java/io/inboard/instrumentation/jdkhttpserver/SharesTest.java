// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

final class SharesTest {
  private final Shares<String, Integer> shares = new Shares<>(4);

  @Test
  void noneGoesWhileThereIsRoom() {
    add("a", "1 2 3 4");
    assertThat(shares.surplus()).isNull();
    assertThat(shares.size()).isEqualTo(4);
  }

  @Test
  void whoOpensManyLosesItsOwnOldest() {
    add("a", "a1");
    add("b", "b1 b2 b3 b4");
    assertThat(shares.surplus()).isEqualTo("b1");
    assertThat(shares.remove("b1")).isEqualTo(2);
    add("b", "b5");
    assertThat(shares.surplus()).isEqualTo("b2");
    assertThat(shares.has("a1")).isTrue();
  }

  @Test
  void ofEqualSharesTheOldestGoes() {
    add("a", "a1");
    add(null, "n1");
    add("b", "b1");
    add("c", "c1");
    add("d", "d1");
    assertThat(shares.surplus()).isEqualTo("a1");
  }

  @Test
  void whatHasLeftCountsNoMore() {
    add("a", "a1 a2 a3");
    shares.remove("a2");
    shares.remove("a3");
    assertThat(shares.remove("a3")).isNull();
    add("b", "b1 b2");
    add("c", "c1 c2");
    assertThat(shares.surplus()).isEqualTo("b1");
  }

  @Test
  void whoWasRefusedGoesBeforeAHandshake() {
    add("a", "a1 a2 a3");
    shares.add("refused", 0, "b", true);
    add("a", "a4");
    assertThat(shares.surplus()).isEqualTo("refused");
  }

  @Test
  void theAddressesOfOneNetworkOfIpv6ShareAsOne() throws Exception {
    Object one = Shares.of(InetAddress.getByName("2001:db8:0:1::1"));
    assertThat(Shares.of(InetAddress.getByName("2001:db8:0:1:ffff::2"))).isEqualTo(one);
    assertThat(Shares.of(InetAddress.getByName("2001:db8:0:2::1"))).isNotEqualTo(one);
    assertThat(Shares.of(InetAddress.getByName("10.0.0.1")))
        .isNotEqualTo(Shares.of(InetAddress.getByName("10.0.0.2")));
    assertThat(Shares.of(null)).isNull();
  }

  /** Each known by its number. */
  private void add(String address, String keys) {
    for (String key : keys.split(" ")) {
      shares.add(key, shares.size() + 1, address, false);
    }
  }
}
