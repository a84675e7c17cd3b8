// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inboard.settings.Settings;
import io.inboard.settings.document.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A rule that can match nothing looks like a rule and is none; each is refused with what to write
 * instead. That those which are accepted do match is in {@code MatchingRulesTest}.
 */
class PatternsTest {
  private static final String IDENTITY =
      "identity: {certificateChain: a, privateKey: b, trustBundle: c}\n";

  private final SettingsReader reader = new SettingsReader(Map.of(), "app.jar");

  @ParameterizedTest
  @CsvSource({
    "/café/*,/caf%C3%A9/*",
    "/caf%c3%a9/*,/caf%C3%A9/*",
    "/a b/*,/a%20b/*",
    "/%61dmin,/admin",
    "/%7euser,/~user",
    "/what%3f,/what?",
    "/%c3*,/%C3*",
    "/%e0*,/%E0*",
    "/%f0%9f%98*,/%F0%9F%98*",
    "*%a9,*%A9",
    "*%9f%98%80/x,*%9F%98%80/x",
    "*.json,*.json",
    "*/caf%c3%a9,*/caf%C3%A9",
    "/.well-known/*,/.well-known/*",
    "/a/..*,/a/..*",
    "/,/",
    "*,*"
  })
  void aPathIsReadAsThatOfARequest(String pattern, String normal) throws Exception {
    assertThat(
            reader
                .read(rule("to: {paths: ['" + pattern + "']}"), "a.yaml")
                .inbound()
                .authorization()
                .get(0)
                .paths())
        .containsExactly(normal);
    Settings others =
        reader.read(
            "telemetry: {exclude: ['%1$s']}\nserver: {exempt: ['%1$s']}".formatted(pattern),
            "a.yaml");
    assertThat(others.telemetry().exclude()).containsExactly(normal);
    assertThat(others.inbound().server().exempt()).containsExactly(normal);
  }

  @ParameterizedTest
  @CsvSource({
    "/api//admin,write /api/admin",
    "//admin,write /admin",
    "/x/../admin,write /admin",
    "/x/%2E%2e/admin,write /admin",
    "/./admin/*,write /admin/*",
    "/admin/..,write /",
    "/admin;a,write /admin",
    "/admin;a/*,write /admin/*",
    "/admin\\x,write /admin/x",
    "*/../admin,without the segments",
    "*//admin,write */admin",
    "/s?q=*,write /s; the character itself is %3F",
    "/?*,write /;",
    "/a#b,write /a; the character itself is %23",
    "/a%2Fb,a request with %2F in its path is refused",
    "/a%5cb,a request with %5c in its path is refused",
    "/a%25b,a request with %25 in its path is refused",
    "/a%3bb,a request with %3b in its path is refused",
    "/a%00,a request with %00 in its path is refused",
    "/caf%e9,what is no UTF-8",
    "/%c0%ae/x,is no UTF-8",
    "/%c0*,is no UTF-8",
    "/%e0%80*,is no UTF-8",
    "/%c3/*,is no UTF-8",
    "*/%a9,is no UTF-8",
    "/100%,two hexadecimal digits",
    "/a%2*,two hexadecimal digits",
    "/a%zz,two hexadecimal digits",
    "/a%2ab,write * for %2a"
  })
  void aPathThatNoRequestCanHaveIsRefused(String pattern, String hint) {
    assertRefused(rule("to: {paths: ['" + pattern + "']}"), hint);
    assertRefused("\n\n\ntelemetry: {exclude: ['" + pattern + "']}", hint);
    assertRefused("\n\n\nserver: {exempt: ['" + pattern + "']}", hint);
  }

  @ParameterizedTest
  @CsvSource({
    "SPIFFE://Cluster.Local/ns/Shop/sa/web,cluster.local/ns/Shop/sa/web",
    "Cluster.LOCAL/ns/shop/sa/web,cluster.local/ns/shop/sa/web",
    "Spiffe://Cluster.Local/*,cluster.local/*",
    "Cluster*,cluster*",
    "SPIFFE://*,*"
  })
  void anIdentityIsReadAsSpiffeComparesIt(String pattern, String normal) throws Exception {
    Settings settings = reader.read(rule("from: {principals: ['" + pattern + "']}"), "a.yaml");
    assertThat(settings.inbound().authorization().get(0).principals()).containsExactly(normal);
    settings = reader.read(destination(pattern), "a.yaml");
    assertThat(settings.destinations().get(0).tls().principals()).containsExactly(normal);
  }

  @ParameterizedTest
  @CsvSource({
    "web,names a workload in its trust domain",
    "cluster.local,cluster.local/* is all",
    "spiffe://cluster.local/,no slash at their end",
    "cluster.local/ns//sa/web,no empty segments",
    "cluster.local/ns/../sa/web,no . and ..",
    "/ns/shop/sa/web,no empty segments",
    "/ns/*,no empty segments",
    "https://shop.example/web,an identity is a SPIFFE id",
    "cluster.local/ns/shop/sa/my%20web,ids consist of letters",
    "'cluster.local/ns/a/sa/b, cluster.local/ns/a/sa/c',ids consist of letters",
    "cluster.local:443/ns/a/sa/b,ids consist of letters"
  })
  void anIdentityThatNobodyCanProveIsRefused(String pattern, String hint) {
    assertRefused(rule("from: {principals: ['" + pattern + "']}"), hint);
    assertRefused("\n\n" + destination(pattern), hint);
  }

  @ParameterizedTest
  @CsvSource({
    "from: {principals: ['*/']},no slash at their end",
    "from: {principals: ['*//web']},no empty segments",
    "from: {namespaces: [shop/web]},such as shop",
    "from: {namespaces: ['my shop']},such as shop",
    "'to: {methods: [''GET,POST'']}',such as",
    "to: {methods: ['G:ET']},such as"
  })
  void whatElseCanMatchNothingIsRefused(String line, String hint) {
    assertRefused(rule(line), hint);
  }

  @ParameterizedTest
  @CsvSource({"*/sa/x", "*/ns/shop/sa/x"})
  void aDestinationsIdentityIsNoSuffix(String pattern) {
    assertRefused("\n\n" + destination(pattern), "a whole id or the beginning of one");
  }

  private static String rule(String line) {
    return IDENTITY + "inbound:\n  authorization:\n    - {" + line + "}\n";
  }

  private static String destination(String principal) {
    return IDENTITY
        + "destinations: [{host: a, endpoints: ['b:1'], tls: {principals: ['"
        + principal
        + "']}}]\n";
  }

  /** On the fourth line of the text. */
  private void assertRefused(String text, String hint) {
    SettingsException e =
        catchThrowableOfType(SettingsException.class, () -> reader.read(text, "a.yaml"));
    assertThat(e).as(text).isNotNull();
    List<Problem> problems = e.problems();
    assertThat(problems).singleElement().satisfies(p -> assertThat(p.hint()).contains(hint));
    assertThat(problems.get(0).line()).isEqualTo(4);
  }
}
