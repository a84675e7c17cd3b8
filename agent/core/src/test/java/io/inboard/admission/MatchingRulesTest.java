// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Verdict;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What settings accept as a pattern matches the requests that its writer means. */
class MatchingRulesTest {
  private final SettingsReader reader = new SettingsReader(Map.of(), "app.jar");

  @ParameterizedTest
  @CsvSource({
    "/caf%c3%a9/*,/caf%C3%A9/1",
    "/caf%c3%a9/*,/caf%c3%a9/1",
    "/café/*,/caf%C3%A9/1",
    "/café/*,/caf%c3%A9/1",
    "/a b/*,/a%20b/c",
    "/%61dmin,/admin",
    "/what%3f,/what%3F",
    "/users/a@b,/users/a%40b",
    "/users/a%40b,/users/a@b"
  })
  void aPathMatches(String pattern, String path) throws Exception {
    String to = "to: {paths: ['" + pattern + "']}";
    Arrival request = Arrival.of(path);
    assertThat(judge("{action: ALLOW, " + to + "}", request)).isEqualTo(Verdict.ALLOW);
    assertThat(judge("{action: DENY, " + to + "}", request)).isInstanceOf(Verdict.Deny.class);
    Arrival other = Arrival.of("/else");
    assertThat(judge("{action: ALLOW, " + to + "}", other)).isInstanceOf(Verdict.Deny.class);
    assertThat(judge("{action: DENY, " + to + "}", other)).isEqualTo(Verdict.ALLOW);
  }

  @ParameterizedTest
  @CsvSource({
    "SPIFFE://Cluster.Local/ns/shop/sa/web,cluster.local/ns/shop/sa/web",
    "Cluster.Local/ns/Shop/*,cluster.local/ns/Shop/sa/Web",
    "*/sa/x,cluster.local/ns/shop/sa/x"
  })
  void anIdentityMatches(String pattern, String principal) throws Exception {
    String from = "from: {principals: ['" + pattern + "']}";
    Arrival request = Arrival.of("/").from(principal);
    assertThat(judge("{action: ALLOW, " + from + "}", request)).isEqualTo(Verdict.ALLOW);
    assertThat(judge("{action: DENY, " + from + "}", request)).isInstanceOf(Verdict.Deny.class);
  }

  @Test
  void thePathOfAnIdentityComparesWithCase() throws Exception {
    String rule = "{action: ALLOW, from: {principals: [cluster.local/ns/Shop/sa/web]}}";
    assertThat(judge(rule, Arrival.of("/").from("cluster.local/ns/shop/sa/web")))
        .isInstanceOf(Verdict.Deny.class);
  }

  @Test
  void theReasonNamesTheRule() throws Exception {
    String rules = "{action: ALLOW, to: {paths: ['/a/*']}}, {action: DENY, to: {paths: ['/b']}}";
    assertReason(rules, "/b", "DENY rule inbound.authorization[1] matched");
    assertReason(rules, "/c", "no ALLOW rule matched");
    assertReason(rules, "/c/../a/x", "no ALLOW rule matched every way of reading the path");
    assertReason(rules, "/a/%2f", "the path can be read in more than one way");
  }

  private void assertReason(String rules, String path, String reason) throws Exception {
    assertThat(judge(rules, Arrival.of(path)))
        .isEqualTo(new Verdict.Deny(403, Authorization.PREFIX + reason));
  }

  @Test
  void readingsMayBeAllowedByRulesOfTheirOwn() throws Exception {
    String rules = "{to: {paths: ['/a/*']}}, {to: {paths: ['/b/*']}}";
    assertThat(judge(rules, Arrival.of("/a/../b/x"))).isEqualTo(Verdict.ALLOW);
    assertThat(judge(rules, Arrival.of("/a/../c/x"))).isInstanceOf(Verdict.Deny.class);
  }

  private Verdict judge(String rules, Arrival request) throws SettingsException {
    Settings settings =
        reader.read(
            "identity: {certificateChain: a, privateKey: b, trustBundle: c}\n"
                + "inbound: {authorization: ["
                + rules
                + "]}\n",
            "a.yaml");
    return new Authorization(settings.inbound().authorization()).judge(request);
  }
}
