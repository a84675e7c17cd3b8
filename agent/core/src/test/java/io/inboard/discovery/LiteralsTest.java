// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.Instance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LiteralsTest {
  @Test
  void theAddressCarriesTheLogicalName() {
    var address = Literals.at("payments", "10.0.0.5", 8443);
    assertThat(address.getHostString()).isEqualTo("payments");
    assertThat(address.getAddress().getHostAddress()).isEqualTo("10.0.0.5");
    assertThat(address.getPort()).isEqualTo(8443);
  }

  @Test
  void ipVersion6IsAnAddressToo() {
    var address = Literals.at("payments", "::1", 8443);
    assertThat(address.getHostString()).isEqualTo("payments");
    assertThat(address.getAddress().getAddress()).hasSize(16);
    assertThat(new Instance("::1", 8443).address()).isEqualTo("[::1]:8443");
  }

  @ParameterizedTest
  @CsvSource({"node-9", "10.0.0.x", "1:2:3:::", "10.0.0"})
  void whatIsNoAddressIsNotLookedUp(String text) {
    assertThat(Literals.at("payments", text, 80).isUnresolved()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.5, true",
    "255.255.255.255, true",
    "::1, true",
    "fe80::1, true",
    "abcd::, true",
    "node-9, false",
    "10.example, false",
    "999.1.1.1, false",
    "10.0.0, false",
    "10.0.0.1.2, false",
    "10..0.1, false",
    "10.0.0., false",
    "localhost, false"
  })
  void tellsAddressesFromNames(String host, boolean literal) {
    assertThat(new Instance(host, 80).literal()).isEqualTo(literal);
  }
}
