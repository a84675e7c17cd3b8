// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Verdict;
import io.inboard.settings.InboundSettings.Action;
import io.inboard.settings.InboundSettings.AuthorizationRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who may ask for what, as Istio's AuthorizationPolicy has it: a DENY rule that matches refuses; if
 * there is any ALLOW rule, one must match. Immutable; any thread.
 *
 * <p>Doubt refuses: a path that servers read differently is denied where any rule looks at paths.
 */
public final class Authorization {
  /** What the reason of every refusal of ours begins with. */
  public static final String PREFIX = "authorization: ";

  /** The reason where there are ALLOW rules, and none matched. */
  public static final String NO_ALLOW_RULE = PREFIX + "no ALLOW rule matched";

  private static final Verdict NOT_ALLOWED = new Verdict.Deny(403, NO_ALLOW_RULE);

  private final List<DenyRule> deny;
  private final List<AuthorizationRule> allow;
  private final boolean looksAtPaths;

  public Authorization(List<AuthorizationRule> rules) {
    List<DenyRule> denying = new ArrayList<>();
    List<AuthorizationRule> allowing = new ArrayList<>();
    boolean paths = false;
    for (AuthorizationRule rule : rules) {
      if (rule.action() == Action.DENY) {
        denying.add(DenyRule.of(rule, denying.size() + allowing.size()));
      } else {
        allowing.add(rule);
      }
      paths |= !rule.paths().isEmpty();
    }
    this.deny = List.copyOf(denying);
    this.allow = List.copyOf(allowing);
    this.looksAtPaths = paths;
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
    String path = "";
    if (looksAtPaths) {
      Optional<String> normal = RequestPath.normalize(request.path());
      if (normal.isEmpty()) {
        return new Verdict.Deny(403, "authorization: the path can be read in more than one way");
      }
      path = normal.get();
    }
    for (DenyRule denying : deny) {
      if (matches(denying.rule, request, path)) {
        return denying.refusal;
      }
    }
    if (allow.isEmpty()) {
      return Verdict.ALLOW;
    }
    for (AuthorizationRule rule : allow) {
      if (matches(rule, request, path)) {
        return Verdict.ALLOW;
      }
    }
    return NOT_ALLOWED;
  }

  /**
   * A rule with its refusal, which names it as {@code check} does: by its place in the settings.
   */
  private record DenyRule(AuthorizationRule rule, Verdict refusal) {
    static DenyRule of(AuthorizationRule rule, int index) {
      String name = "DENY rule inbound.authorization[" + index + "] matched";
      return new DenyRule(rule, new Verdict.Deny(403, PREFIX + name));
    }
  }

  private static boolean matches(AuthorizationRule rule, InboundRequest request, String path) {
    String principal = request.peer().map(PeerIdentity::principal).orElse("");
    return any(rule.principals(), principal)
        && any(rule.namespaces(), namespace(principal))
        && (rule.methods().isEmpty() || any(rule.methods(), request.method()))
        && any(rule.paths(), path)
        && (rule.ports().isEmpty() || rule.ports().contains(request.local().getPort()));
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

  /** Istio's string match: {@code *} any, {@code a*} prefix, {@code *a} suffix, else exact. */
  private static boolean matches(String pattern, String value) {
    if (pattern.equals("*")) {
      return true;
    }
    if (pattern.endsWith("*")) {
      return value.startsWith(pattern.substring(0, pattern.length() - 1));
    }
    if (pattern.startsWith("*")) {
      return value.endsWith(pattern.substring(1));
    }
    return pattern.equals(value);
  }

  /** {@code shop} of {@code cluster.local/ns/shop/sa/web}; empty if the id has another shape. */
  private static String namespace(String principal) {
    String[] parts = principal.split("/", -1);
    return parts.length == 5 && parts[1].equals("ns") && parts[3].equals("sa") ? parts[2] : "";
  }
}
