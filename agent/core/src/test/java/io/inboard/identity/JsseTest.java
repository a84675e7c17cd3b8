// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import javax.net.ssl.SNIHostName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsseTest {
  @ParameterizedTest
  @ValueSource(strings = {"payments", "pay.shop.svc.cluster.local", "1host", "pay.shop."})
  void aHostNameIsTheServerName(String host) {
    assertThat(Jsse.serverNames(host))
        .singleElement()
        .isEqualTo(new SNIHostName(host.replaceAll("\\.$", "")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.5", "::1", "fe80::1%eth0", "", "my_service", "a b"})
  void anAddressOrAnIllegalNameIsNone(String host) {
    assertThat(Jsse.serverNames(host)).isEmpty();
  }

  @Test
  void istiosApplicationProtocolsComeBeforeThePlainOnes() {
    assertThat(ApplicationProtocols.offered(List.of("http/1.1")))
        .containsExactly("istio-http/1.1", "istio", "http/1.1");
    assertThat(ApplicationProtocols.offered(List.of("h2")))
        .containsExactly("istio-h2", "istio", "h2");
    assertThat(ApplicationProtocols.offered(List.of("h2", "http/1.1")))
        .containsExactly("istio-h2", "istio-http/1.1", "istio", "h2", "http/1.1");
    assertThat(ApplicationProtocols.offered(List.of())).isEmpty();
  }

  @Test
  void aServerAnswersPlainNamesOnlyInItsOwnOrder() {
    var both = ApplicationProtocols.selector(List.of("h2", "http/1.1"), List.of());
    assertThat(both.apply(null, List.of("istio-http/1.1", "istio", "http/1.1", "h2")))
        .isEqualTo("h2");
    assertThat(both.apply(null, List.of("istio-peer-exchange", "istio"))).isEmpty();
    var http1 = ApplicationProtocols.selector(List.of("http/1.1"), List.of());
    assertThat(http1.apply(null, List.of("istio-h2", "istio", "h2"))).isEmpty();
    var none = ApplicationProtocols.selector(List.of(), List.of());
    assertThat(none.apply(null, List.of("h2"))).isEmpty();
  }

  @Test
  void amongWhatIsOnlyPossibleTheClientsOrderChooses() {
    var possible = ApplicationProtocols.selector(List.of(), List.of("h2", "http/1.1"));
    assertThat(possible.apply(null, List.of("istio-h2", "istio", "http/1.1", "h2")))
        .isEqualTo("http/1.1");
    assertThat(possible.apply(null, List.of("istio-h2", "istio", "h2", "http/1.1")))
        .isEqualTo("h2");
    assertThat(possible.apply(null, List.of("istio-h2", "istio"))).isEmpty();
    var preferred = ApplicationProtocols.selector(List.of("h2"), List.of("http/1.1"));
    assertThat(preferred.apply(null, List.of("http/1.1", "h2"))).isEqualTo("h2");
    assertThat(preferred.apply(null, List.of("http/1.1"))).isEqualTo("http/1.1");
  }
}
