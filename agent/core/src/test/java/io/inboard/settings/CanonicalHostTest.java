// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.net.InetAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CanonicalHostTest {
  @ParameterizedTest
  @ValueSource(strings = {"payments", "a-1.shop", "127.0.0.1", "0.0.0.0", "255.10.0.200"})
  void whatHasTheFormAlreadyIsGivenBackAsItIs(String host) {
    assertThat(CanonicalHost.of(host)).isSameAs(host);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    // Names.
    "Pay, pay",
    "pay., pay",
    "PAY.., pay",
    "a.shop., a.shop",
    "café.shop, xn--caf-dma.shop",
    "CAFÉ.shop., xn--caf-dma.shop",
    "XN--CAF-DMA.shop, xn--caf-dma.shop",
    "a。shop, a.shop",
    "ｐａｙ, pay",
    "pay_1, pay_1",
    "10pay, 10pay",
    "127.0.0.1.shop, 127.0.0.1.shop",
    "0xg, 0xg",
    "., .",
    "'', ''",
    // IPv4 as the JDK and the C library read it.
    "127.0.0.1, 127.0.0.1",
    "127.0.0.1., 127.0.0.1",
    "127.1, 127.0.0.1",
    "127.0.1, 127.0.0.1",
    "127.65535, 127.0.255.255",
    "2130706433, 127.0.0.1",
    "0x7f.1, 127.0.0.1",
    "0x7F000001, 127.0.0.1",
    "127.0.0.001, 127.0.0.1",
    "１２７.0.0.1, 127.0.0.1",
    "256.0.0.1, 256.0.0.1",
    "1.2.3.4.5, 1.2.3.4.5",
    "4294967296, 4294967296",
    // IPv6.
    "::1, ::1",
    "[::1], ::1",
    "[0:0:0:0:0:0:0:1], ::1",
    "[0000:0000:0000:0000:0000:0000:0000:0001], ::1",
    "[::0:1], ::1",
    "[::1%lo], ::1",
    "[fe80::1%25eth0], fe80::1",
    "[FE80::ABCD], fe80::abcd",
    "[2001:db8:0:0:1:0:0:1], 2001:db8::1:0:0:1",
    "[2001:db8:0:1:1:1:1:1], 2001:db8:0:1:1:1:1:1",
    "[::], ::",
    "[1::], 1::",
    "[::ffff:127.0.0.1], 127.0.0.1",
    "[::FFFF:7f00:1], 127.0.0.1",
    "[0:0:0:0:0:ffff:127.0.0.1], 127.0.0.1",
    "[::127.0.0.1], ::7f00:1",
    "[1:2:3:4:5:6:7:8:9], 1:2:3:4:5:6:7:8:9",
    "[:::1], :::1",
    "[1::2::3], 1::2::3",
    "[12345::], 12345::"
  })
  void spellingsOfOneHostHaveOneForm(String spelling, String form) {
    assertThat(CanonicalHost.of(spelling)).isEqualTo(form);
    assertThat(CanonicalHost.of(form)).as("again").isEqualTo(form);
  }

  /** The usual case costs no allocation on a call's way. */
  @ParameterizedTest
  @ValueSource(strings = {"pay", "a.b.shop", "pay-2.shop.svc.cluster.local", "_x.y"})
  void aHostThatHasTheFormIsGivenBackItself(String host) {
    assertThat(CanonicalHost.of(host)).isSameAs(host);
  }

  /** Where the JDK connects to, for every spelling of an address that it reads. */
  @ParameterizedTest
  @ValueSource(
      strings = {"127.1", "127.0.1", "2130706433", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1", "::0:1"})
  void anAddressIsThatOfTheJdk(String spelling) throws Exception {
    assertThat(InetAddress.getByName(CanonicalHost.of(spelling)))
        .isEqualTo(InetAddress.getByName(spelling));
  }

  @Test
  void settingsHaveTheForm() throws Exception {
    assertThat(destination("Pay.")).isEqualTo("pay");
    assertThat(destination("\"[0:0:0:0:0:0:0:1]\"")).isEqualTo("::1");
    assertThat(destination("\"[::ffff:10.0.0.1]\"")).isEqualTo("10.0.0.1");
    assertThat(destination("127.1")).isEqualTo("127.0.0.1");
    assertThat(destination("\"*.CAFÉ.shop.\"")).isEqualTo("*.xn--caf-dma.shop");
    assertThat(destination("Café:80")).isEqualTo("xn--caf-dma:80");
  }

  private static String destination(String host) throws SettingsException {
    return new SettingsReader(Map.of(), "")
        .read("destinations: [{host: " + host + "}]\n", "test.yaml")
        .destinations()
        .get(0)
        .name();
  }
}
