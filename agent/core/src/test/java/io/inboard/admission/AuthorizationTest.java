// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Verdict;
import io.inboard.identity.DevelopmentCa;
import io.inboard.settings.InboundSettings.Action;
import io.inboard.settings.InboundSettings.AuthorizationRule;
import io.inboard.settings.RequestPath;
import java.io.ByteArrayInputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AuthorizationTest {
  private static final X509Certificate CERTIFICATE = certificate();
  private static final String WEB = "cluster.local/ns/shop/sa/web";
  private static final AuthorizationRule WEB_MAY_READ_ORDERS =
      rule(Action.ALLOW, List.of(WEB), List.of(), List.of("GET"), List.of("/orders/*"));
  private static final AuthorizationRule NOBODY_MAY_ADMIN =
      rule(Action.DENY, List.of(), List.of(), List.of(), List.of("/admin", "/admin/*"));

  @Test
  void withoutRulesEverythingPasses() {
    assertThat(new Authorization(List.of()).judge(request("", "POST", "/%2f")))
        .isEqualTo(Verdict.ALLOW);
  }

  @Test
  void anAllowRuleShutsOutEverybodyElse() {
    Authorization rules = new Authorization(List.of(WEB_MAY_READ_ORDERS));
    assertThat(rules.judge(request(WEB, "GET", "/orders/1"))).isEqualTo(Verdict.ALLOW);
    assertDenied(rules.judge(request("cluster.local/ns/shop/sa/batch", "GET", "/orders/1")));
    assertDenied(rules.judge(request("", "GET", "/orders/1")));
    assertDenied(rules.judge(request(WEB, "POST", "/orders/1")));
    assertDenied(rules.judge(request(WEB, "GET", "/other")));
  }

  @Test
  void aDenyRuleWinsOverAnAllowRule() {
    AuthorizationRule all = rule(Action.ALLOW, List.of("*"), List.of(), List.of(), List.of());
    Authorization rules = new Authorization(List.of(all, NOBODY_MAY_ADMIN));
    assertThat(rules.judge(request(WEB, "GET", "/orders"))).isEqualTo(Verdict.ALLOW);
    assertDenied(rules.judge(request(WEB, "GET", "/admin/users")));
  }

  @Test
  void aRefusalNamesTheRuleByItsPlaceInTheSettings() {
    Authorization rules = new Authorization(List.of(WEB_MAY_READ_ORDERS, NOBODY_MAY_ADMIN));
    assertThat(rules.judge(request(WEB, "GET", "/admin")))
        .isEqualTo(
            new Verdict.Deny(403, "authorization: DENY rule inbound.authorization[1] matched"));
    assertThat(rules.judge(request(WEB, "GET", "/other")))
        .isEqualTo(new Verdict.Deny(403, "authorization: no ALLOW rule matched"));
  }

  @Test
  void aConnectionWhoseRequestsAreNotSeenIsJudgedByItsPeerAndPort() {
    assertThat(unseen(new Authorization(List.of()), "")).isEqualTo(Verdict.ALLOW);
    Authorization onlyWeb =
        new Authorization(
            List.of(rule(Action.ALLOW, List.of(WEB), List.of(), List.of(), List.of())));
    assertThat(unseen(onlyWeb, WEB)).isEqualTo(Verdict.ALLOW);
    assertDenied(unseen(onlyWeb, "cluster.local/ns/shop/sa/batch"));
    assertDenied(unseen(onlyWeb, ""));
    Authorization onlyShop =
        new Authorization(
            List.of(rule(Action.ALLOW, List.of(), List.of("shop"), List.of(), List.of())));
    assertThat(unseen(onlyShop, WEB)).isEqualTo(Verdict.ALLOW);
    assertDenied(unseen(onlyShop, "cluster.local/ns/other/sa/web"));
    Authorization otherPort =
        new Authorization(
            List.of(
                new AuthorizationRule(
                    Action.ALLOW, List.of(), List.of(), List.of(), List.of(), List.of(9999))));
    assertDenied(unseen(otherPort, WEB));
  }

  @Test
  void whatRulesSayOfRequestsErrsOnTheClosedSideWhereNoneIsSeen() {
    assertDenied(unseen(new Authorization(List.of(WEB_MAY_READ_ORDERS)), WEB));
    assertDenied(unseen(new Authorization(List.of(NOBODY_MAY_ADMIN)), WEB));
    AuthorizationRule batchMustNotWrite =
        rule(
            Action.DENY,
            List.of("cluster.local/ns/shop/sa/batch"),
            List.of(),
            List.of("POST"),
            List.of());
    Authorization rules = new Authorization(List.of(batchMustNotWrite));
    assertDenied(unseen(rules, "cluster.local/ns/shop/sa/batch"));
    assertThat(unseen(rules, WEB)).isEqualTo(Verdict.ALLOW);
  }

  private static Verdict unseen(Authorization rules, String principal) {
    return rules.judgeConnection(
        8080,
        principal.isEmpty()
            ? Optional.empty()
            : Optional.of(new PeerIdentity("spiffe://" + principal, CERTIFICATE)));
  }

  @Test
  void namespacesAreReadFromTheIdentity() {
    Authorization rules =
        new Authorization(
            List.of(rule(Action.ALLOW, List.of(), List.of("shop"), List.of(), List.of())));
    assertThat(rules.judge(request(WEB, "GET", "/"))).isEqualTo(Verdict.ALLOW);
    assertDenied(rules.judge(request("cluster.local/ns/shop/sa/web/ns/x", "GET", "/")));
    assertDenied(rules.judge(request("cluster.local/ns/shop/sa", "GET", "/")));
    assertDenied(rules.judge(request("cluster.local/ns/shop/pod/web", "GET", "/")));
    assertDenied(rules.judge(request("a/cluster.local/ns/shop/sa/web", "GET", "/")));
    assertDenied(rules.judge(request("ns/shop/sa/web", "GET", "/")));
    assertDenied(rules.judge(request("shop", "GET", "/")));
    assertDenied(rules.judge(request("cluster.local/ns/bank/sa/web", "GET", "/")));
    assertDenied(rules.judge(request("", "GET", "/")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/admin", "//admin", "/./admin", "/x/../admin", "/open;a=b/../admin", "/admin;jsessionid=1",
        "/%61dmin", "/%61%64min/users", "\\admin", "/x/..;y/admin", "/admin/", "/x/%2e%2e/admin"
      })
  void noSpellingOfAPathSlipsPastADenyRule(String path) {
    assertDenied(new Authorization(List.of(NOBODY_MAY_ADMIN)).judge(request(WEB, "GET", path)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/x%2fadmin",
        "/x%5Cadmin",
        "/%00admin",
        "/%zz",
        "/..",
        "/x%",
        "/a%252fb",
        "/x/%c0%ae%c0%ae/admin",
        "/caf%e9"
      })
  void aPathThatServersReadDifferentlyIsRefused(String path) {
    assertDenied(new Authorization(List.of(NOBODY_MAY_ADMIN)).judge(request(WEB, "GET", path)));
  }

  @ParameterizedTest
  @CsvSource({
    "/admin,/admin",
    "/admin,/admin/",
    "/admin,/admin//",
    "/admin,/admin/;x",
    "/admin,/admin;x/",
    "/admin,/x/../admin/",
    "/admin/,/admin/",
    "/admin/,/admin",
    "*/cancel,/orders/1/cancel/",
    "*/cancel/,/orders/1/cancel",
    "/,/",
    "*/,/a/"
  })
  void aDenyRuleDoesNotCareForASlashAtTheEnd(String pattern, String path) {
    AuthorizationRule deny = rule(Action.DENY, List.of(), List.of(), List.of(), List.of(pattern));
    assertDenied(new Authorization(List.of(deny)).judge(request(WEB, "GET", path)));
  }

  @ParameterizedTest
  @CsvSource({"/admin,/admin/x", "/admin/*,/admin", "/admin,/", "/,/a/", "*/,/a", "*/a,/ba/"})
  void aDenyRuleLeavesOtherPathsAlone(String pattern, String path) {
    AuthorizationRule deny = rule(Action.DENY, List.of(), List.of(), List.of(), List.of(pattern));
    assertThat(new Authorization(List.of(deny)).judge(request(WEB, "GET", path)))
        .isEqualTo(Verdict.ALLOW);
  }

  @ParameterizedTest
  @CsvSource({"/orders,/orders/", "/orders/,/orders", "*/read,/orders/read/"})
  void anAllowRuleDoesCareForASlashAtTheEnd(String pattern, String path) {
    AuthorizationRule allow = rule(Action.ALLOW, List.of(), List.of(), List.of(), List.of(pattern));
    assertDenied(new Authorization(List.of(allow)).judge(request(WEB, "GET", path)));
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE,DELETE",
    "DELETE,delete",
    "DELETE,Delete",
    "DEL*,delete",
    "*ETE,delete",
    "purge,PURGE"
  })
  void aDenyRuleComparesMethodsWithoutCase(String pattern, String method) {
    AuthorizationRule deny = rule(Action.DENY, List.of(), List.of(), List.of(pattern), List.of());
    Authorization rules = new Authorization(List.of(deny));
    assertDenied(rules.judge(request(WEB, method, "/")));
    assertThat(rules.judge(request(WEB, "GET", "/"))).isEqualTo(Verdict.ALLOW);
  }

  @Test
  void anAllowRuleComparesMethodsAsTheyAre() {
    Authorization rules = new Authorization(List.of(WEB_MAY_READ_ORDERS));
    assertDenied(rules.judge(request(WEB, "get", "/orders/1")));
    assertDenied(rules.judge(request(WEB, "Get", "/orders/1")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "DELETE\t",
        "DELETE\0",
        "DELETE\r",
        "\nDELETE",
        " DELETE",
        "DEL ETE",
        "DELETE\u00a0",
        "\u0434ELETE",
        "GET\u212a",
        "(GET)",
        "G@T"
      })
  void aMethodThatIsNoTokenIsRefusedWhereThereAreRules(String method) {
    AuthorizationRule other =
        rule(Action.DENY, List.of(), List.of(), List.of("DELETE"), List.of("/x"));
    AuthorizationRule all = rule(Action.ALLOW, List.of("*"), List.of(), List.of(), List.of());
    for (AuthorizationRule rule : List.of(other, all)) {
      assertThat(new Authorization(List.of(rule)).judge(request(WEB, method, "/")))
          .isEqualTo(new Verdict.Deny(403, "authorization: the method is no token of HTTP"));
    }
    assertThat(new Authorization(List.of()).judge(request(WEB, method, "/")))
        .isEqualTo(Verdict.ALLOW);
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b,/a/b",
    "/a//b/,/a/b/",
    "/a/./b/..,/a/",
    "/%7euser,/~user",
    "/a%20b,/a%20b",
    "/,/"
  })
  void pathsAreNormalized(String raw, String normal) {
    assertThat(RequestPath.normalize(raw)).contains(normal);
  }

  private static void assertDenied(Verdict verdict) {
    assertThat(verdict)
        .isInstanceOfSatisfying(Verdict.Deny.class, d -> assertThat(d.status()).isEqualTo(403));
  }

  private static AuthorizationRule rule(
      Action action,
      List<String> principals,
      List<String> namespaces,
      List<String> methods,
      List<String> paths) {
    return new AuthorizationRule(action, principals, namespaces, methods, paths, List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shop/secret?",
        "shop/admin",
        "shop?",
        "shop#",
        "shop\\admin",
        "user@shop",
        "shop%2fadmin",
        "shop admin",
        "shop,other",
        "sh\u00f6p"
      })
  void aHostThatMayBeReadAsAPathIsRefused(String host) {
    Authorization rules = new Authorization(List.of(WEB_MAY_READ_ORDERS));
    for (String header : List.of("host", ":authority")) {
      assertDenied(rules.judge(request(WEB, "GET", "/orders/1", Map.of(header, List.of(host)))));
    }
    assertThat(
            new Authorization(
                    List.of(rule(Action.ALLOW, List.of(WEB), List.of(), List.of(), List.of())))
                .judge(request(WEB, "GET", "/orders/1", Map.of("host", List.of(host)))))
        .isEqualTo(Verdict.ALLOW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"shop", "shop:8080", "a-b_c.Shop.internal.", "[::1]:80", "10.0.0.5", ""})
  void aHostIsAHost(String host) {
    Authorization rules = new Authorization(List.of(WEB_MAY_READ_ORDERS));
    for (String header : List.of("host", ":authority")) {
      assertThat(rules.judge(request(WEB, "GET", "/orders/1", Map.of(header, List.of(host)))))
          .isEqualTo(Verdict.ALLOW);
    }
  }

  @Test
  void twoHostsAreRefusedAndForwardedOnesThatHoldAPath() {
    Authorization rules = new Authorization(List.of(WEB_MAY_READ_ORDERS));
    Map<String, List<String>> two = Map.of("host", List.of("shop", "shop"));
    assertDenied(rules.judge(request(WEB, "GET", "/orders/1", two)));
    Map<String, List<String>> forwarded = Map.of("x-forwarded-host", List.of("a, shop/admin?"));
    assertDenied(rules.judge(request(WEB, "GET", "/orders/1", forwarded)));
    forwarded = Map.of("forwarded", List.of("for=1.2.3.4;host=\"shop/admin\""));
    assertDenied(rules.judge(request(WEB, "GET", "/orders/1", forwarded)));
    forwarded =
        Map.of(
            "x-forwarded-host", List.of("a:80, b"), "forwarded", List.of("for=\"[::1]:4\";host=a"));
    assertThat(rules.judge(request(WEB, "GET", "/orders/1", forwarded))).isEqualTo(Verdict.ALLOW);
  }

  private static InboundRequest request(String principal, String method, String path) {
    return request(principal, method, path, Map.of());
  }

  private static InboundRequest request(
      String principal, String method, String path, Map<String, List<String>> headers) {
    Optional<PeerIdentity> peer =
        principal.isEmpty()
            ? Optional.empty()
            : Optional.of(new PeerIdentity("spiffe://" + principal, CERTIFICATE));
    return (InboundRequest)
        Proxy.newProxyInstance(
            AuthorizationTest.class.getClassLoader(),
            new Class<?>[] {InboundRequest.class},
            (proxy, called, arguments) ->
                switch (called.getName()) {
                  case "method" -> method;
                  case "protocolVersion" -> "2";
                  case "headers" -> headers.getOrDefault((String) arguments[0], List.of());
                  case "path" -> path;
                  case "peer" -> peer;
                  case "local" -> new InetSocketAddress("127.0.0.1", 8080);
                  case "paths", "handlerPath", "only" ->
                      InvocationHandler.invokeDefault(proxy, called, arguments);
                  default -> throw new AssertionError(called.getName() + " is not to be asked");
                });
  }

  /** The rules look at the id; any certificate will do. */
  static X509Certificate certificate() {
    byte[] pem = DevelopmentCa.create().bundlePem().getBytes(StandardCharsets.US_ASCII);
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(pem));
    } catch (CertificateException e) {
      throw new AssertionError(e);
    }
  }
}
