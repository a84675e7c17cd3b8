// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.DestinationSettings.TlsSettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.Action;
import io.inboard.settings.InboundSettings.AuthorizationRule;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What settings secure, and what a change of them would give up. A file is not always written in
 * one step: half of it often parses, and then says less than its writer means. So what changes who
 * may come in and how often, or whom this JVM trusts, must stand unchanged for a while before it
 * counts; and where something is gone, be it one port's STRICT or one rule of two, for a long one.
 */
final class Secured {
  /** For changes of nothing that secures. */
  static final Duration SOON = Duration.ofMillis(100);

  /** For other values of what secures: longer than a writer pauses. */
  static final Duration CAUTIOUS = Duration.ofSeconds(1);

  /** For a document in which something that secured is gone. */
  static final Duration LONG = Duration.ofSeconds(5);

  /** Of destinations that are named; more are counted. */
  private static final int NAMED = 3;

  private Secured() {}

  /** What is there before and not after, in words; empty if nothing is. */
  static List<String> dropped(Loaded before, Settings after) {
    List<String> dropped = new ArrayList<>();
    if (before.origin() == Loaded.Origin.REFUSING) {
      // What is in force is stricter than any document: what counts is what the broken one asked.
      if (!after.inbound().anyStrict() && after.inbound().authorization().isEmpty()) {
        dropped.add("STRICT or authorization, for which it asked while it was broken,");
      }
      return dropped;
    }
    Settings settings = before.settings();
    if (settings.identity().present() && !after.identity().present()) {
      dropped.add("the identity");
    }
    strict(settings.inbound(), after.inbound(), dropped);
    authorization(settings.inbound().authorization(), after.inbound().authorization(), dropped);
    if (settings.inbound().server().rateLimit().isPresent()
        && after.inbound().server().rateLimit().isEmpty()) {
      dropped.add("the rate limit");
    }
    tls(settings, after, dropped);
    byEndpoint(settings, after, dropped);
    return dropped;
  }

  /** How long a document must stand unchanged before it replaces what is in force. */
  static Duration patience(Loaded before, Settings after) {
    if (!dropped(before, after).isEmpty()) {
      return LONG;
    }
    Settings settings = before.settings();
    boolean same =
        settings.identity().equals(after.identity())
            && settings.inbound().equals(after.inbound())
            && tls(after).entrySet().containsAll(tls(settings).entrySet());
    return same ? SOON : CAUTIOUS;
  }

  private static void strict(InboundSettings before, InboundSettings after, List<String> dropped) {
    if (before.mtls() == MtlsMode.STRICT && after.mtls() != MtlsMode.STRICT) {
      dropped.add("STRICT");
      return;
    }
    TreeSet<Integer> ports = new TreeSet<>(before.portLevelMtls().keySet());
    ports.addAll(after.portLevelMtls().keySet());
    for (int port : ports) {
      if (before.mode(port) == MtlsMode.STRICT && after.mode(port) != MtlsMode.STRICT) {
        dropped.add("STRICT on port " + port);
      }
    }
  }

  private static void authorization(
      List<AuthorizationRule> before, List<AuthorizationRule> after, List<String> dropped) {
    if (before.isEmpty()) {
      return;
    }
    if (after.isEmpty()) {
      dropped.add("all authorization");
      return;
    }
    List<AuthorizationRule> denied = of(Action.DENY, after);
    for (AuthorizationRule rule : of(Action.DENY, before)) {
      if (denied.stream().noneMatch(other -> covers(other, rule))) {
        dropped.add("a DENY rule");
        break;
      }
    }
    List<AuthorizationRule> allowed = of(Action.ALLOW, before);
    List<AuthorizationRule> allows = of(Action.ALLOW, after);
    if (!allowed.isEmpty() && allows.isEmpty()) {
      // Then whoever is not denied may come in.
      dropped.add("all ALLOW rules");
    } else if (allows.stream()
        .filter(rule -> !allowed.contains(rule))
        .anyMatch(rule -> allowed.stream().anyMatch(other -> frees(rule, other)))) {
      dropped.add("a condition of an ALLOW rule");
    }
  }

  private static List<AuthorizationRule> of(Action action, List<AuthorizationRule> rules) {
    return rules.stream().filter(rule -> rule.action() == action).toList();
  }

  /** Whether {@code wide} matches, by the letter, whatever {@code narrow} does. */
  private static boolean covers(AuthorizationRule wide, AuthorizationRule narrow) {
    List<List<?>> of = conditions(narrow);
    List<List<?>> by = conditions(wide);
    for (int i = 0; i < of.size(); i++) {
      if (!by.get(i).isEmpty() && (of.get(i).isEmpty() || !by.get(i).containsAll(of.get(i)))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a rule is another one of which a condition is gone altogether, or is {@code *}. */
  private static boolean frees(AuthorizationRule rule, AuthorizationRule from) {
    List<List<?>> before = conditions(from);
    List<List<?>> after = conditions(rule);
    boolean freed = false;
    for (int i = 0; i < before.size(); i++) {
      if (after.get(i).isEmpty() || after.get(i).contains("*")) {
        freed |= !before.get(i).isEmpty() && !before.get(i).contains("*");
      } else if (!after.get(i).containsAll(before.get(i))) {
        return false;
      }
    }
    return freed;
  }

  private static List<List<?>> conditions(AuthorizationRule rule) {
    return List.of(
        rule.principals(), rule.namespaces(), rule.methods(), rule.paths(), rule.ports());
  }

  private static void tls(Settings before, Settings after, List<String> dropped) {
    Map<String, TlsSettings> now = tls(after);
    List<String> open = new ArrayList<>();
    for (Map.Entry<String, TlsSettings> each : tls(before).entrySet()) {
      TlsSettings was = each.getValue();
      TlsSettings is = now.get(each.getKey());
      if (is == null
          || is.mode().compareTo(was.mode()) < 0
          || (!was.principals().isEmpty() && anybody(is) && !anybody(was))) {
        open.add(each.getKey());
      }
    }
    if (open.size() > NAMED) {
      dropped.add("TLS or principals of " + open.size() + " destinations");
    } else if (!open.isEmpty()) {
      dropped.add("TLS or principals of " + String.join(", ", open));
    }
  }

  /** Calls by the address of an endpoint, which would go out in the clear from then on. */
  private static void byEndpoint(Settings before, Settings after, List<String> dropped) {
    Map<String, DestinationSettings> secured = new LinkedHashMap<>();
    for (DestinationSettings each : before.destinations()) {
      if (each.matchesEndpoints() && each.tls().mode() != TlsMode.DISABLE) {
        secured.put(each.name(), each);
      }
    }
    List<String> open = new ArrayList<>();
    for (DestinationSettings each : after.destinations()) {
      if (secured.containsKey(each.name()) && !each.matchesEndpoints()) {
        open.add(each.name());
      }
    }
    if (!open.isEmpty()) {
      dropped.add(
          "TLS of calls by an endpoint's address, of "
              + (open.size() > NAMED ? open.size() + " destinations" : String.join(", ", open)));
    }
  }

  private static boolean anybody(TlsSettings tls) {
    return tls.principals().isEmpty() || tls.principals().contains("*");
  }

  /** Of destinations that are reached over TLS; without it a call would go out in the clear. */
  private static Map<String, TlsSettings> tls(Settings settings) {
    Map<String, TlsSettings> tls = new LinkedHashMap<>();
    for (DestinationSettings destination : settings.destinations()) {
      if (destination.tls().mode() != TlsMode.DISABLE) {
        tls.put(destination.name(), destination.tls());
      }
    }
    return tls;
  }
}
