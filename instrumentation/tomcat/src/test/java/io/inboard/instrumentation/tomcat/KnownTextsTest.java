// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Texts and addresses that are kept are those that were sent. */
class KnownTextsTest {
  private static List<String> known(String text) {
    byte[] bytes = ("xx" + text + "yy").getBytes(StandardCharsets.ISO_8859_1);
    return KnownTexts.of(bytes, 2, bytes.length - 4);
  }

  @Test
  void theSameBytesAreTheSameText() {
    assertThat(known("orders.shop:8443")).containsExactly("orders.shop:8443");
    assertThat(known("orders.shop:8443")).isSameAs(known("orders.shop:8443"));
  }

  @Test
  void noTextStandsForAnother() {
    // Far more than are kept, so that all places are shared; and neighbours that differ in a byte.
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 5_000; i++) {
        String text = "/orders/" + i;
        assertThat(known(text)).containsExactly(text);
      }
    }
    assertThat(known("")).containsExactly("");
    // Their sums of 31 times the one before are the same.
    assertThat(known("Aa")).containsExactly("Aa");
    assertThat(known("BB")).containsExactly("BB");
  }

  @Test
  void whatIsNoAsciiOrTooLongIsDecodedElsewhere() {
    assertThat(known("/k\u00e4se")).isNull();
    assertThat(known("x".repeat(129))).isNull();
    assertThat(known("x".repeat(128))).isNotNull();
  }

  @Test
  void anAddressIsThatOfItsConnection() {
    for (int port : new int[] {0, 1, 40_000, 40_128, 40_000, 65_535}) {
      for (String literal : new String[] {"127.0.0.1", "10.0.0.7", "0:0:0:0:0:0:0:1"}) {
        Remotes.Remote remote = Remotes.of(literal, port);
        assertThat(remote.text()).isEqualTo(literal);
        assertThat(remote.address().getAddress().getHostAddress()).isEqualTo(literal);
        assertThat(remote.address().getPort()).isEqualTo(port);
        assertThat(Remotes.of(literal, port)).isSameAs(remote);
      }
    }
    assertThat(Remotes.of("", 7).text()).isEqualTo("127.0.0.1");
  }
}
