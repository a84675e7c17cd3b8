// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a change gives up of what was secured, in part as well, and how long it has to stand. */
class DroppedTest {
  private static final String IDENTITY =
      "identity: {certificateChain: /c, privateKey: /k, trustBundle: /t}\n";
  private static final String DENY_ADMIN = "    - {action: DENY, to: {paths: [/admin/*]}}\n";
  private static final String DENY_SECRET = "    - {action: DENY, to: {paths: [/secret, /key]}}\n";
  private static final String ALLOW =
      "    - {action: ALLOW, from: {principals: [a/ns/b/sa/web]}, to: {methods: [GET]}}\n";
  private static final String MUTUAL =
      "destinations:\n"
          + "  - {host: pay, tls: {mode: MUTUAL, principals: [a/ns/b/sa/pay]}}\n"
          + "  - {host: stock, tls: {mode: MUTUAL}}\n";
  private static final String INBOUND =
      "inbound:\n  mtls: STRICT\n  portLevelMtls: {8081: DISABLE}\n  authorization:\n";
  private static final String SECURED =
      IDENTITY + INBOUND + DENY_ADMIN + DENY_SECRET + ALLOW + MUTUAL;

  private final SettingsReader reader = new SettingsReader(Map.of(), "");

  @Test
  void aPartThatIsGoneMustStandAsLongAsTheWhole() throws Exception {
    assertDrops(DENY_SECRET, "", "a DENY rule");
    assertDrops("/secret, /key", "/secret", "a DENY rule");
    assertDrops("action: DENY, to: {paths: [/admin/*]}", "action: DENY, to: {paths: [/a]}", "DENY");
    assertDrops(ALLOW, "", "all ALLOW rules");
    assertDrops("[a/ns/b/sa/web]", "[\"*\"]", "a condition of an ALLOW rule");
    assertDrops("from: {principals: [a/ns/b/sa/web]}, ", "", "a condition of an ALLOW rule");
    assertDrops(", to: {methods: [GET]}", "", "a condition of an ALLOW rule");
    assertDrops(ALLOW, ALLOW + "    - {action: ALLOW}\n", "a condition of an ALLOW rule");
    assertDrops("8081: DISABLE", "8081: DISABLE, 8082: PERMISSIVE", "STRICT on port 8082");
    assertDrops("mtls: STRICT", "mtls: PERMISSIVE", "STRICT");
    assertThat(Secured.dropped(inForce(read(IDENTITY)), read("{}")))
        .containsExactly("the identity");
  }

  @Test
  void callsThatWentOverMutualTlsAreNotLetGoInTheClear() throws Exception {
    assertDrops("  - {host: stock, tls: {mode: MUTUAL}}\n", "", "TLS or principals of stock");
    assertDrops("stock, tls: {mode: MUTUAL}", "stock, tls: {mode: DISABLE}", "of stock");
    assertDrops("stock, tls: {mode: MUTUAL}", "stock, tls: {mode: SIMPLE}", "of stock");
    assertDrops("stock, tls: {mode: MUTUAL}", "stock", "of stock");
    assertDrops(", principals: [a/ns/b/sa/pay]", "", "of pay");
    assertDrops("[a/ns/b/sa/pay]", "[\"*\"]", "of pay");
    assertDrops(MUTUAL, "", "of pay, stock");
  }

  @Test
  void callsByAnAddressThatWentOverTlsAreNotLetGoInTheClear() throws Exception {
    String pay =
        "destinations:\n  - {host: pay, endpoints: ['10.0.0.1:80'], tls: {mode: MUTUAL}MATCHES}\n";
    Settings before = read(IDENTITY + pay.replace("MATCHES", ", alsoMatches: endpoints"));
    Settings after = read(IDENTITY + pay.replace("MATCHES", ""));
    assertThat(Secured.dropped(inForce(before), after))
        .containsExactly("TLS of calls by an endpoint's address, of pay");
    assertThat(Secured.dropped(inForce(after), before)).isEmpty();
  }

  @Test
  void strictOfOnePortIsNotStrictOfAnother() throws Exception {
    Settings before = read(IDENTITY + "inbound: {portLevelMtls: {8443: STRICT}}");
    Settings after = read(IDENTITY + "inbound: {portLevelMtls: {9443: STRICT}}");
    assertThat(Secured.dropped(inForce(before), after)).containsExactly("STRICT on port 8443");
    Settings wider = read(IDENTITY + "inbound: {mtls: STRICT}");
    assertThat(Secured.dropped(inForce(before), wider)).isEmpty();
  }

  @Test
  void whatAddsOrOnlyDiffersDoesNotWaitSoLong() throws Exception {
    assertStands(ALLOW, ALLOW + DENY_SECRET.replace("/key", "/keys"), Secured.CAUTIOUS);
    assertStands("/secret, /key", "/secret, /key, /more", Secured.CAUTIOUS);
    assertStands("[a/ns/b/sa/web]", "[a/ns/b/sa/web, a/ns/b/sa/app]", Secured.CAUTIOUS);
    assertStands("[a/ns/b/sa/web]", "[a/ns/b/sa/app]", Secured.CAUTIOUS);
    assertStands("[GET]", "[GET], paths: [/x]", Secured.CAUTIOUS);
    assertStands("8081: DISABLE", "8081: STRICT", Secured.CAUTIOUS);
    assertStands("a/ns/b/sa/pay", "a/ns/b/sa/pay2", Secured.CAUTIOUS);
    assertStands("{host: pay,", "{host: pay, timeout: 1s,", Secured.SOON);
    assertStands(MUTUAL, MUTUAL + "  - {host: more}\n", Secured.SOON);
  }

  /** A file that is cut before its last block says nothing of it. */
  @Test
  void aLimitThatIsGoneMustStandAsLongToo() throws Exception {
    String limit = "inbound:\n  rateLimit: {requestsPerUnit: 3, unit: HOUR}\n";
    Settings limited = read(IDENTITY + limit);
    for (String without : new String[] {"", "inbound:\n", "inbound: {mtls: PERMISSIVE}\n"}) {
      Settings after = read(IDENTITY + without);
      assertThat(Secured.dropped(inForce(limited), after)).containsExactly("the rate limit");
      assertThat(Secured.patience(inForce(limited), after)).isEqualTo(Secured.LONG);
      assertThat(Secured.dropped(inForce(after), limited)).isEmpty();
    }
    Settings other = read(IDENTITY + limit.replace("3", "30"));
    assertThat(Secured.patience(inForce(limited), other)).isEqualTo(Secured.CAUTIOUS);
  }

  /** STRICT holds though switched off; who switches off and drops it at once has to wait. */
  @Test
  void theKillSwitchActsSoonAndTakesNothingElseAlong() throws Exception {
    assertStands(IDENTITY, "enabled: false\n" + IDENTITY, Secured.SOON);
    assertThat(Secured.dropped(inForce(read(SECURED)), read("enabled: false\n" + IDENTITY)))
        .containsExactly("STRICT", "all authorization", "TLS or principals of pay, stock");
    assertThat(Secured.dropped(inForce(read(SECURED)), read("enabled: false\n")))
        .containsExactly(
            "the identity", "STRICT", "all authorization", "TLS or principals of pay, stock");
  }

  @Test
  void whereABrokenStartRefusesTheMendedDocumentNeedsToSecureSomething() throws Exception {
    Loaded refusing = loaded(read("{}").refusing(), Origin.REFUSING);
    assertThat(Secured.patience(refusing, read(SECURED))).isEqualTo(Secured.CAUTIOUS);
    assertThat(Secured.patience(refusing, read(IDENTITY + "inbound: {mtls: STRICT}")))
        .isEqualTo(Secured.CAUTIOUS);
    assertThat(Secured.patience(refusing, read(IDENTITY))).isEqualTo(Secured.LONG);
  }

  private void assertDrops(String part, String by, String what) throws Exception {
    assertThat(SECURED).contains(part);
    Settings after = read(SECURED.replace(part, by));
    Loaded before = inForce(read(SECURED));
    assertThat(Secured.dropped(before, after)).as(by).anyMatch(words -> words.contains(what));
    assertThat(Secured.patience(before, after)).isEqualTo(Secured.LONG);
  }

  private void assertStands(String part, String by, Duration patience) throws Exception {
    assertThat(SECURED).contains(part);
    Settings after = read(SECURED.replace(part, by));
    assertThat(Secured.dropped(inForce(read(SECURED)), after)).as(by).isEmpty();
    assertThat(Secured.patience(inForce(read(SECURED)), after)).as(by).isEqualTo(patience);
  }

  private Settings read(String text) throws SettingsException {
    return reader.read(text, "inboard.yaml");
  }

  private static Loaded inForce(Settings settings) {
    return loaded(settings, Origin.SOURCE);
  }

  private static Loaded loaded(Settings settings, Origin origin) {
    return new Loaded(settings, "inboard.yaml", "1", origin, Instant.EPOCH);
  }
}
