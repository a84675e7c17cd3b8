// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.balance.Balancer;
import io.inboard.balance.Hashing;
import io.inboard.call.CallerTerms;
import io.inboard.call.OutboundRequest;
import io.inboard.settings.BalancerSettings.Algorithm;
import io.inboard.settings.BalancerSettings.By;
import io.inboard.settings.BalancerSettings.HashSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where the key of a request is found. */
final class HashKeyTest {
  private record Request(String target, Map<String, List<String>> all) implements OutboundRequest {
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
      return "http";
    }

    @Override
    public String host() {
      return "payments";
    }

    @Override
    public int port() {
      return 80;
    }

    @Override
    public List<String> headers(String name) {
      return all.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    @Override
    public Body body() {
      return Body.NONE;
    }
  }

  private static long key(By by, String name, Request request, CallerTerms terms) {
    return new HashKey(new HashSettings(by, name, Algorithm.MAGLEV, 65_537, 0)).of(request, terms);
  }

  private static long key(By by, String name, Request request) {
    return key(by, name, request, CallerTerms.NONE);
  }

  private static Request cookies(String... headers) {
    return new Request("/", Map.of("cookie", List.of(headers)));
  }

  private static Request to(String target) {
    return new Request(target, Map.of());
  }

  @Test
  void aHeader() {
    Request request = new Request("/", Map.of("x-user", List.of("ann", "bob")));
    assertThat(key(By.HEADER, "X-User", request)).isEqualTo(Hashing.of("ann"));
    assertThat(key(By.HEADER, "x-other", request)).isEqualTo(Balancer.NO_KEY);
  }

  @Test
  void aCookieOfSeveral() {
    assertThat(key(By.COOKIE, "id", cookies("a=1; id=ann; b=2"))).isEqualTo(Hashing.of("ann"));
    assertThat(key(By.COOKIE, "id", cookies("a=1", "id=ann"))).isEqualTo(Hashing.of("ann"));
    assertThat(key(By.COOKIE, "id", cookies("xid=1; idx=2; id"))).isEqualTo(Balancer.NO_KEY);
    assertThat(key(By.COOKIE, "id", cookies("id="))).isEqualTo(Balancer.NO_KEY);
    assertThat(key(By.COOKIE, "id", cookies())).isEqualTo(Balancer.NO_KEY);
  }

  @Test
  void aQueryParameter() {
    assertThat(key(By.QUERY_PARAMETER, "id", to("/o?a=1&id=ann"))).isEqualTo(Hashing.of("ann"));
    assertThat(key(By.QUERY_PARAMETER, "id", to("/o?id=ann#id=bob"))).isEqualTo(Hashing.of("ann"));
    assertThat(key(By.QUERY_PARAMETER, "id", to("/id=ann"))).isEqualTo(Balancer.NO_KEY);
    assertThat(key(By.QUERY_PARAMETER, "id", to("/o?a=1#id=bob"))).isEqualTo(Balancer.NO_KEY);
    assertThat(key(By.QUERY_PARAMETER, "id", to("/o?"))).isEqualTo(Balancer.NO_KEY);
  }

  @Test
  void theCallersAddressElseOneKeyForThisJvm() {
    CallerTerms terms = new CallerTerms(CallerTerms.NO_DEADLINE, false, false, "10.1.2.3");
    assertThat(key(By.SOURCE, "", to("/"), terms)).isEqualTo(Hashing.of("10.1.2.3"));
    assertThat(key(By.SOURCE, "", to("/")))
        .isEqualTo(key(By.SOURCE, "", to("/other")))
        .isNotEqualTo(Balancer.NO_KEY);
  }
}
