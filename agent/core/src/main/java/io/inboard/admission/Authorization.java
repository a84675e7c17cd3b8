// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Verdict;
import io.inboard.settings.InboundSettings.Action;
import io.inboard.settings.InboundSettings.AuthorizationRule;
import io.inboard.settings.RequestMethod;
import io.inboard.settings.RequestPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Who may ask for what, as Istio's AuthorizationPolicy has it: a DENY rule that matches refuses; if
 * there is any ALLOW rule, one must match. Immutable; any thread.
 *
 * <p>What is judged is what will be served. Where a path can be read in more than one way, a DENY
 * rule that matches one reading refuses, and every reading needs an ALLOW rule; where it is unknown
 * how it will be read, it is refused as soon as any rule looks at paths; so it is where the host is
 * written in a way that lets a framework take a part of it for a path. A method that is no token is
 * refused by any rules. To a DENY rule a path is the same with and without a slash at its end, and
 * a method the same in any case of its letters, since many applications see it so; ALLOW rules
 * compare both as they are.
 */
public final class Authorization {
  /** What the reason of every refusal of ours begins with. */
  public static final String PREFIX = "authorization: ";

  /** The reason where there are ALLOW rules, and none matched. */
  public static final String NO_ALLOW_RULE = PREFIX + "no ALLOW rule matched";

  private static final Verdict NOT_ALLOWED = new Verdict.Deny(403, NO_ALLOW_RULE);
  private static final Verdict NOT_ALLOWED_UNSEEN =
      new Verdict.Deny(403, NO_ALLOW_RULE + ", of those that look neither at methods nor at paths");
  private static final Verdict NOT_ALLOWED_BY_ALL =
      new Verdict.Deny(403, NO_ALLOW_RULE + " every way of reading the path");
  private static final Verdict AMBIGUOUS =
      new Verdict.Deny(403, PREFIX + "the path can be read in more than one way");
  private static final Verdict NO_METHOD =
      new Verdict.Deny(403, PREFIX + "the method is no token of HTTP");
  private static final Verdict NO_HOST =
      new Verdict.Deny(
          403, PREFIX + "the host is not one host and port, so the path is not sure either");
  private static final List<String> NO_MATTER_WHICH = List.of("");

  private final List<DenyRule> deny;
  private final List<AuthorizationRule> allow;
  private final boolean looksAtPaths;
  private final boolean looksAtNamespaces;

  public Authorization(List<AuthorizationRule> rules) {
    List<DenyRule> denying = new ArrayList<>();
    List<AuthorizationRule> allowing = new ArrayList<>();
    boolean paths = false;
    boolean namespaces = false;
    for (AuthorizationRule rule : rules) {
      if (rule.action() == Action.DENY) {
        denying.add(DenyRule.of(rule, denying.size() + allowing.size()));
      } else {
        allowing.add(rule);
      }
      paths |= !rule.paths().isEmpty();
      namespaces |= !rule.namespaces().isEmpty();
    }
    this.deny = List.copyOf(denying);
    this.allow = List.copyOf(allowing);
    this.looksAtPaths = paths;
    this.looksAtNamespaces = namespaces;
  }

  /** Whether there is anything to check. */
  public boolean present() {
    return !deny.isEmpty() || !allow.isEmpty();
  }

  /** {@link Verdict#ALLOW}, or a {@link Verdict.Deny} with 403. Throws nothing but on a bug. */
  public Verdict judge(InboundRequest request) {
    if (!present()) {
      return Verdict.ALLOW;
    }
    String method = request.method();
    if (!RequestMethod.isToken(method)) {
      return NO_METHOD;
    }
    if (looksAtPaths && !AskedHosts.areClear(request)) {
      return NO_HOST;
    }
    List<String> paths = looksAtPaths ? readings(request.paths()) : NO_MATTER_WHICH;
    if (paths.isEmpty()) {
      return AMBIGUOUS;
    }
    String principal = request.peer().map(PeerIdentity::principal).orElse("");
    String namespace = looksAtNamespaces ? namespace(principal) : "";
    if (!deny.isEmpty()) {
      String handler = looksAtPaths ? request.handlerPath() : "";
      String inCapitals = method.toUpperCase(Locale.ROOT);
      for (DenyRule denying : deny) {
        AuthorizationRule rule = denying.rule;
        if (applies(rule, request, principal, namespace, inCapitals)
            && (anyPath(rule, paths) || meansHandler(rule, handler))) {
          return denying.refusal;
        }
      }
    }
    if (allow.isEmpty()) {
      return Verdict.ALLOW;
    }
    for (String path : paths) {
      if (!allowed(request, principal, namespace, method, path)) {
        return paths.size() == 1 ? NOT_ALLOWED : NOT_ALLOWED_BY_ALL;
      }
    }
    return Verdict.ALLOW;
  }

  /**
   * The same of a connection whose requests nobody sees, as Istio has it for TCP: an ALLOW rule
   * that looks at methods or paths matches none, and of a DENY rule these two are left out, so that
   * either errs on the closed side.
   *
   * @param peer who has proved an identity; empty: nobody
   */
  public Verdict judgeConnection(int localPort, Optional<PeerIdentity> peer) {
    String principal = peer.map(PeerIdentity::principal).orElse("");
    String namespace = looksAtNamespaces ? namespace(principal) : "";
    for (DenyRule denying : deny) {
      if (applies(denying.rule, localPort, principal, namespace)) {
        return denying.refusal;
      }
    }
    if (allow.isEmpty()) {
      return Verdict.ALLOW;
    }
    for (AuthorizationRule rule : allow) {
      if (rule.methods().isEmpty()
          && rule.paths().isEmpty()
          && applies(rule, localPort, principal, namespace)) {
        return Verdict.ALLOW;
      }
    }
    return NOT_ALLOWED_UNSEEN;
  }

  private static List<String> readings(List<String> spellings) {
    if (spellings.size() == 1) {
      return RequestPath.readings(spellings.get(0));
    }
    List<String> all = new ArrayList<>();
    for (String spelling : spellings) {
      List<String> readings = RequestPath.readings(spelling);
      if (readings.isEmpty()) {
        return readings;
      }
      all.addAll(readings);
    }
    return all;
  }

  private boolean allowed(
      InboundRequest request, String principal, String namespace, String method, String path) {
    for (AuthorizationRule rule : allow) {
      if (any(rule.paths(), path) && applies(rule, request, principal, namespace, method)) {
        return true;
      }
    }
    return false;
  }

  /** Of a rule as {@link DenyRule#of} has it. */
  private static boolean anyPath(AuthorizationRule rule, List<String> paths) {
    for (String path : paths) {
      if (any(rule.paths(), path)
          || (path.endsWith("/") && any(rule.paths(), withoutSlash(path)))) {
        return true;
      }
    }
    return false;
  }

  /** See {@link InboundRequest#handlerPath}. */
  private static boolean meansHandler(AuthorizationRule rule, String handler) {
    if (handler.isEmpty()) {
      return false;
    }
    String path = RequestPath.encode(handler);
    return any(rule.paths(), path) || any(rule.paths(), path + "/");
  }

  /** {@code /admin} of {@code /admin/}; what consists of nothing else stays as it is. */
  private static String withoutSlash(String path) {
    boolean slash = path.endsWith("/") && !path.equals("/") && !path.equals("*/");
    return slash ? path.substring(0, path.length() - 1) : path;
  }

  /**
   * A rule with its refusal, which names it as {@code check} does: by its place in the settings.
   * Its methods are in capitals, its paths without a slash at their end.
   */
  private record DenyRule(AuthorizationRule rule, Verdict refusal) {
    static DenyRule of(AuthorizationRule rule, int index) {
      String name = "DENY rule inbound.authorization[" + index + "] matched";
      AuthorizationRule lenient =
          new AuthorizationRule(
              rule.action(),
              rule.principals(),
              rule.namespaces(),
              rule.methods().stream().map(method -> method.toUpperCase(Locale.ROOT)).toList(),
              rule.paths().stream().map(Authorization::withoutSlash).toList(),
              rule.ports());
      return new DenyRule(lenient, new Verdict.Deny(403, PREFIX + name));
    }
  }

  /**
   * All but its paths.
   *
   * @param namespace of the principal; of no account where no rule asks for one
   */
  private static boolean applies(
      AuthorizationRule rule,
      InboundRequest request,
      String principal,
      String namespace,
      String method) {
    return applies(rule, request.local().getPort(), principal, namespace)
        && (rule.methods().isEmpty() || any(rule.methods(), method));
  }

  /** What it says of connections. */
  private static boolean applies(
      AuthorizationRule rule, int localPort, String principal, String namespace) {
    return any(rule.principals(), principal)
        && any(rule.namespaces(), namespace)
        && (rule.ports().isEmpty() || rule.ports().contains(localPort));
  }

  /** An empty list does not restrict; a pattern never matches what is absent. */
  private static boolean any(List<String> patterns, String value) {
    if (patterns.isEmpty()) {
      return true;
    }
    if (value.isEmpty()) {
      return false;
    }
    for (String pattern : patterns) {
      if (matches(pattern, value)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Istio's string match: {@code *} any, {@code a*} prefix, {@code *a} suffix, else exact. Makes no
   * text: a request is compared with every rule until one matches.
   */
  private static boolean matches(String pattern, String value) {
    int text = pattern.length() - 1;
    if (pattern.endsWith("*")) {
      return value.regionMatches(0, pattern, 0, text);
    }
    if (pattern.startsWith("*")) {
      return value.regionMatches(value.length() - text, pattern, 1, text);
    }
    return pattern.equals(value);
  }

  /** {@code shop} of {@code cluster.local/ns/shop/sa/web}; empty if the id has another shape. */
  private static String namespace(String principal) {
    int from = principal.indexOf('/') + "/ns/".length();
    int to = principal.indexOf('/', from);
    boolean shaped =
        to >= 0
            && principal.startsWith("/ns/", from - "/ns/".length())
            && principal.startsWith("/sa/", to)
            && principal.indexOf('/', to + "/sa/".length()) < 0;
    return shaped ? principal.substring(from, to) : "";
  }
}
