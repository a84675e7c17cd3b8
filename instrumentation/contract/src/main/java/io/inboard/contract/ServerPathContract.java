// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.admission.Authorization;
import io.inboard.call.Verdict;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The path that is judged is the path that is served: however a target is spelled, no handler runs
 * that a rule denies, and no other one than a rule allows. The application says which handler ran,
 * chosen by the server or by the application's own look at the target.
 */
public abstract class ServerPathContract extends ServerIdentityContract {
  /** A third of a server's tests, and no matter of the JDK: CI leaves them out on another one. */
  private static final String TAG = "spellings";

  private static final String DENY_ADMIN =
      "{action: DENY, to: {paths: ['/admin/*', '/caf%c3%a9/*', '/admin', '/caf\u00e9']}}";
  private static final String ALLOW_PUB = "{action: ALLOW, to: {paths: ['/pub/*', '/pub']}}";

  /** {@code {a}} and {@code {p}} are two handlers' names; {@code {1}} is the first one's code. */
  private static final List<String> SPELLINGS =
      List.of(
          // Plain ones, and what is near to them.
          "/{a}/x /{a} /{a}/ /{a}x /{a}x/y /{a}. /{a}./x /{a}.json /{a}~ /x/{a}/x /{p}/{a}/x",
          "/{A}/x /{a}/x?/../{p} /{a}?x /{a}/x#/{p} /{a}#",
          // Slashes.
          "//{a}/x ///{a}/x /{a}//x //{p}/{a}/x //{p}//{a}/x /{p}//{a}/x",
          // Dot segments.
          "/./{a}/x /{a}/./x /{a}/. /. /.. /../{a}/x /../../{a}/x /{a}/.. /{a}/../ /{a}/x/..",
          "/{a}/x/../y /{p}/../{a}/x /{p}/../../{a}/x /{p}/x/../../{a}/x /{p}//../{a}/x",
          "/{p}/..//{a}/x /{p}/./../{a}/x /{p}/.../{a}/x /{p}/../{a} /{p}/../{p}/../{a}/x",
          "/{p}/%2e%2e/{a}/x /{p}/%2E%2E/{a}/x /{p}/.%2e/{a}/x /{p}/%2e./{a}/x /%2e/{a}/x",
          "/{a}/x/%2e%2e /{a}/x%2e /{p}/%2e%2e//{a}/x /{p}//%2e%2e/{a}/x",
          // Path parameters.
          "/{a};v=1 /{a};/x /{a};v=1/x /;v=1/{a}/x /{a}/x;.. /{p};/../{a}/x /{p};v=1/../{a}/x",
          "/{p}/..;/{a}/x /{p}/..;v=1/{a}/x /{p}/.;/../{a}/x /{p}/;/../{a}/x /{p}/..; /;/{a}/x",
          "/{p}/x/..;/..;/{a}/x /{p}/%2e%2e;/{a}/x /{p};/..;/{a}/x /{p};x=/../{a}/x",
          // Codes.
          "/{1}/x /{p}/../{1}/x /{p}/..;/{1}/x /{a}%2fx /{a}%2Fx /%2f{a}/x /{p}%2f..%2f{a}/x",
          "/{p}/..%2f{a}/x /{p}/%2e%2e%2f{a}/x /{p}%2f%2e%2e/{a}/x /{a}%5cx /{p}/..%5c{a}/x",
          "/%25{1}/x /{p}/%252e%252e/{a}/x /{a}%00 /{a}%00/x /{a}/%00x /{a}%20 /{a}%20/x",
          "/{a}%09/x /{a}%0a/x /{a}%0d%0a/x /{a}%3fx /{a}%23x /{a}%3bv/x /{p}/..%3b/{a}/x",
          "/{a}% /{a}%2 /{a}%zz/x /{a}%c0%afx /{p}/%c0%ae%c0%ae/{a}/x /{a}/%E9 /{a}/%40",
          // Backslashes.
          "\\{a}\\x /{a}\\x /{p}\\..\\{a}/x /{p}/..\\{a}/x /\\{a}/x /\\{p}/{a}/x",
          // Bytes that are no ASCII, one character for each.
          "/{a}\u00e9/x /{p}/\u00e9/../{a}/x /{a}\u00a0/x /{a}\u0085/x /\u00e9/../{a}/x",
          "/caf\u00e9/x /caf%e9/x /caf%c3%a9/x /caf%C3%A9 /caf\u00c3\u00a9/x /cafe%cc%81/x",
          "/{p}/../caf%c3%a9/x /{p}/..;/caf%C3%a9/x /caf\u00e9/../{p}/x /caf%c3%a9/../{p}/x",
          "/{p}/../caf\u00e9/x /%63af%c3%a9/x",
          // Other forms of a target.
          "http://localhost/{a}/x http://localhost//{a}/x HTTP://LOCALHOST/{a}/x http://localhost",
          "http://localhost/{p}/../{a}/x http://localhost/{p}/..;/{a}/x http:/{a}/x http:{a}/x",
          "http://{p}/{a}/x http:///{a}/x {a}/x ../{a}/x localhost:80 * ?x /",
          "http://localhost#/{p}/x http://localhost?/{p}/x http://localhost;/{p}/../{a}/x",
          "http://localhost#{p}/{a}/x http://localhost?{p}/{a}/x http://localhost\\{p}/{a}/x");

  /**
   * Whether the library takes control characters off a method before anybody sees it: then that is
   * what is served, and judged.
   */
  protected boolean trimsMethods() {
    return false;
  }

  /** Starts a server with {@link PathHandlers}, as lenient about targets as it can be made. */
  protected abstract RunningServer startHandlers(Router router) throws Exception;

  @ParameterizedTest
  @EnumSource(Router.class)
  @Tag(TAG)
  @Shows(Feature.AUTHORIZATION)
  void noSpellingReachesAHandlerThatIsDenied(Router router) throws Exception {
    try (RunningServer handlers = startHandlers(router)) {
      judgeBy(rule(DENY_ADMIN, router));
      for (String target : targets()) {
        assertThat(ask(handlers, target)).as(target).doesNotContain("/admin", "/caf\u00e9");
      }
      for (String target : List.of("/pub/x", "/pub/", "/pub/a%20b", "/pub/x;v=1", "/pub//x")) {
        assertThat(ask(handlers, target)).as(target).containsExactly("/pub");
      }
      assertThat(ask(handlers, "/other")).containsExactly(PathHandlers.UNKNOWN);
    }
  }

  @ParameterizedTest
  @EnumSource(Router.class)
  @Tag(TAG)
  @Shows(Feature.AUTHORIZATION)
  void noSpellingReachesAHandlerThatIsNotAllowed(Router router) throws Exception {
    try (RunningServer handlers = startHandlers(router)) {
      judgeBy(rule(ALLOW_PUB, router));
      for (String target : targets()) {
        assertThat(ask(handlers, target)).as(target).isSubsetOf("/pub");
      }
      for (String target : List.of("/pub/x", "/pub/a%40b", "/pub/x;v=1", "/pub/caf%c3%a9")) {
        assertThat(ask(handlers, target)).as(target).containsExactly("/pub");
      }
    }
  }

  /** What the other two tests rely on: without rules the spellings do reach the handlers. */
  @ParameterizedTest
  @EnumSource(Router.class)
  @Tag(TAG)
  void withoutRulesTheSpellingsReachTheirHandlers(Router router) throws Exception {
    try (RunningServer handlers = startHandlers(router)) {
      mesh.verdicts(request -> Verdict.ALLOW);
      List<String> ran = new ArrayList<>();
      for (String target : targets()) {
        ran.addAll(ask(handlers, target));
      }
      assertThat(ran.stream().filter("/admin"::equals).count()).isGreaterThan(15);
      assertThat(ran.stream().filter("/pub"::equals).count()).isGreaterThan(15);
      assertThat(ran).contains(PathHandlers.UNKNOWN);
    }
  }

  /** Many servers and frameworks give {@code /admin/} to the handler of {@code /admin}. */
  @ParameterizedTest
  @EnumSource(
      value = Router.class,
      names = {"DIRECTORIES"},
      mode = EnumSource.Mode.EXCLUDE)
  void aSlashAtTheEndReachesNoHandlerThatIsDenied(Router router) throws Exception {
    try (RunningServer handlers = startHandlers(router)) {
      judgeBy("{action: DENY, to: {paths: ['/admin', '*/cancel']}}");
      for (String target :
          List.of("/admin", "/admin/", "/admin//", "/admin/;x", "/admin;x/", "/admin/.")) {
        assertThat(ask(handlers, target)).as(target).doesNotContain("/admin");
      }
      for (String target : List.of("/pub/1/cancel", "/pub/1/cancel/", "/pub/1/cancel//;x")) {
        assertThat(ask(handlers, target)).as(target).doesNotContain("/pub");
      }
      assertThat(ask(handlers, "/admin/x")).containsExactly("/admin");
      judgeBy("{action: ALLOW, to: {paths: ['/pub']}}");
      assertThat(ask(handlers, "/pub")).containsExactly("/pub");
      assertThat(ask(handlers, "/pub/")).isEmpty();
    }
  }

  /** RFC 9112 section 3.2.2: every server takes it, and its path is what is asked for. */
  @Test
  void anAbsoluteTargetIsJudgedByItsPath() throws Exception {
    try (RunningServer handlers = startHandlers(Router.SERVER)) {
      for (String rule : List.of(ALLOW_PUB, DENY_ADMIN)) {
        judgeBy(rule);
        assertThat(ask(handlers, "http://localhost/pub/x")).as(rule).containsExactly("/pub");
        assertThat(ask(handlers, "http://localhost/admin/x")).as(rule).isEmpty();
        assertThat(ask(handlers, "http://localhost/pub/../admin/x")).as(rule).isEmpty();
      }
    }
  }

  @Test
  @Shows(Feature.AUTHORIZATION)
  void noSpellingOfAMethodReachesAHandlerThatIsDenied() throws Exception {
    List<String> spellings =
        List.of(
            "DELETE",
            "delete",
            "Delete",
            "DELETE\t",
            "DELETE\0",
            "DELETE\r",
            "\nDELETE",
            "\tDELETE",
            "DELETE\u00a0",
            "(DELETE)",
            "\r\nDELETE",
            "\r\ndelete",
            "");
    try (RunningServer handlers = startHandlers(Router.SERVER)) {
      mesh.verdicts(request -> Verdict.ALLOW);
      assertThat(ask(handlers, "delete", "/pub/x")).containsExactly("/pub");
      judgeBy("{action: DENY, to: {methods: [DELETE]}}");
      for (String method : spellings) {
        assertThat(ask(handlers, method, "/pub/x")).as(method).isEmpty();
      }
      assertThat(ask(handlers, "PURGE", "/pub/x")).containsExactly("/pub");
      judgeBy("{action: ALLOW, to: {methods: [GET, DELETE]}}");
      for (String method : List.of("get", "Get", "GET\0", "delete")) {
        if (!trimsMethods() || method.indexOf('\0') < 0) {
          assertThat(ask(handlers, method, "/pub/x")).as(method).isEmpty();
        }
      }
      assertThat(ask(handlers, "DELETE", "/pub/x")).containsExactly("/pub");
    }
  }

  private static Set<String> targets() {
    return SPELLINGS.stream()
        .flatMap(line -> Stream.of(line.split(" ")))
        .flatMap(s -> Stream.of(spelled(s, "admin", "pub"), spelled(s, "pub", "admin")))
        .collect(toCollection(LinkedHashSet::new));
  }

  private static String spelled(String template, String hidden, String shown) {
    return template
        .replace("{a}", hidden)
        .replace("{A}", hidden.toUpperCase(Locale.ROOT))
        .replace("{1}", "%" + Integer.toHexString(hidden.charAt(0)) + hidden.substring(1))
        .replace("{p}", shown);
  }

  /** For directories the rule is about what is in them. */
  private static String rule(String rule, Router router) {
    return router == Router.DIRECTORIES ? rule.replaceAll(", '/[^*']*'", "") : rule;
  }

  private void judgeBy(String rule) throws SettingsException {
    Authorization rules =
        new Authorization(
            new SettingsReader(Map.of(), "app.jar")
                .read("inbound: {authorization: [" + rule + "]}", "a.yaml")
                .inbound()
                .authorization());
    mesh.verdicts(rules::judge);
  }

  /** The handlers that ran, none or one; the answer itself is of no interest. */
  private static List<String> ask(RunningServer server, String target) throws IOException {
    return ask(server, "GET", target);
  }

  private static List<String> ask(RunningServer server, String method, String target)
      throws IOException {
    PathHandlers.take();
    try (RawConnection wire = RawConnection.plain(server.port())) {
      wire.send(
          method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      wire.response();
    } catch (EOFException | SocketException closedWithoutAnAnswer) {
      // Nothing runs after that.
    }
    return PathHandlers.take();
  }
}
