// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAddressTest {
  @ParameterizedTest
  @CsvSource({
    "http://collector:4318/v1/traces, collector, 4318, /v1/traces, collector:4318",
    "http://collector, collector, 80, /, collector",
    "HTTPS://collector/, collector, 443, /, collector",
    "https://collector:443/a, collector, 443, /a, collector",
    "https://collector:80/a, collector, 80, /a, collector:80",
    "http://otel_collector:4318/v1?k=v, otel_collector, 4318, /v1?k=v, otel_collector:4318",
    "http://[::1]:4318/x#y, ::1, 4318, /x, [::1]:4318",
    "http://[fe80::1], fe80::1, 80, /, [fe80::1]",
    "http://me:pass@host:1/, host, 1, /, host:1",
    "http://bücher.example/ü, xn--bcher-kva.example, 80, /%c3%bc, xn--bcher-kva.example",
  })
  void isTakenApart(String url, String host, int port, String target, String authority) {
    HttpAddress address = HttpAddress.of(URI.create(url));
    assertThat(address.host()).isEqualTo(host);
    assertThat(address.port()).isEqualTo(port);
    assertThat(address.target()).isEqualTo(target);
    assertThat(address.authority()).isEqualTo(authority);
    assertThat(address.secure()).isEqualTo(url.toLowerCase(Locale.ROOT).startsWith("https"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ftp://host/", "file:/x", "http:/x", "http://host:0/", "http://host:65536/", "x"})
  void anythingElseIsRefused(String url) {
    assertThatThrownBy(() -> HttpAddress.of(URI.create(url)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPasswordIsInNoMessage() {
    assertThatThrownBy(() -> HttpAddress.of(URI.create("http://me:hunter2@host:99999/")))
        .hasMessageNotContaining("hunter2");
  }
}
