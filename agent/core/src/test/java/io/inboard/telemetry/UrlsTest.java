// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.OutboundRequest;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A URL that the library has as text is shown as it is only where nothing has to be changed. */
class UrlsTest {
  /** As java.net.http shows a request. */
  private record Kept(URI uri, String url) implements OutboundRequest {
    @Override
    public String library() {
      return "test";
    }

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public String scheme() {
      return uri.getScheme();
    }

    @Override
    public String host() {
      return uri.getHost();
    }

    @Override
    public int port() {
      return uri.getPort() != -1 ? uri.getPort() : scheme().equals("https") ? 443 : 80;
    }

    @Override
    public String target() {
      String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public Body body() {
      return Body.NONE;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://payments/",
        "http://payments/pay/7",
        "http://payments",
        "http://payments:80/pay",
        "http://payments:8080/pay",
        "http://payments:8080",
        "http://payments:08080/pay",
        "http://payments:/pay",
        "http://payments:8080/pay?sig=secret&id=1",
        "http://payments:8080/pay#part",
        "http://payments:8080/pay:81/x",
        "http://user:secret@payments:8080/pay",
        "http://payments@payments:8080/pay",
        "https://payments/pay",
        "https://payments:443/pay",
        "https://payments:80/pay",
        "https://payments:8443/pay",
        "http://127.0.0.1:18080/hello",
        "http://[::1]:8080/pay",
        "http://[::1]/pay",
        "http://PAYMENTS:8080/pay"
      })
  void shownAsIfItWerePutTogether(String url) {
    URI uri = URI.create(url);
    String shown = Urls.full(new Kept(uri, url));
    assertThat(shown).isEqualTo(Urls.full(new Kept(uri, ""))).doesNotContain("secret");
  }
}
