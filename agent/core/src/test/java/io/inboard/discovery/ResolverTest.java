// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ResolverTest {
  @Test
  void theAddressCarriesTheLogicalName() {
    var address = Resolver.JDK.locate(new Instance("10.0.0.5", 8443, 1, ""), "payments");
    assertThat(address.getHostString()).isEqualTo("payments");
    assertThat(address.getAddress().getHostAddress()).isEqualTo("10.0.0.5");
    assertThat(address.getPort()).isEqualTo(8443);
  }

  @Test
  void ipVersion6IsAnAddressToo() {
    var address = Resolver.JDK.locate(new Instance("::1", 8443, 1, ""), "payments");
    assertThat(address.getHostString()).isEqualTo("payments");
    assertThat(address.getAddress().getAddress()).hasSize(16);
    assertThat(new Instance("::1", 8443, 1, "").address()).isEqualTo("[::1]:8443");
  }

  @Test
  void aNameIsLookedUp() {
    Resolver resolver = host -> InetAddress.getByAddress(host, new byte[] {10, 0, 0, 9});
    var address = resolver.locate(new Instance("node-9", 80, 1, ""), "payments");
    assertThat(address.getAddress().getHostAddress()).isEqualTo("10.0.0.9");
    assertThat(address.getHostString()).isEqualTo("payments");
  }

  @Test
  void aNameThatNobodyKnowsStaysUnresolved() {
    Resolver resolver =
        host -> {
          throw new UnknownHostException(host);
        };
    var address = resolver.locate(new Instance("node-9", 80, 1, ""), "payments");
    assertThat(address.isUnresolved()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.5, true",
    "::1, true",
    "fe80::1, true",
    "abcd::, true",
    "node-9, false",
    "10.example, false",
    "localhost, false"
  })
  void tellsAddressesFromNames(String host, boolean literal) {
    assertThat(new Instance(host, 80, 1, "").literal()).isEqualTo(literal);
  }
}
