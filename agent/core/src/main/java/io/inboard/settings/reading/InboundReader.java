// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.Action;
import io.inboard.settings.InboundSettings.AuthorizationRule;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.InboundSettings.UnknownServers;
import io.inboard.settings.RequestMethod;
import io.inboard.settings.ServerSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The section {@code inbound}. Strict where a mistake would open a door: an empty list, a wildcard
 * in the middle or a method in lower case is an error, since it would match all or nothing.
 */
final class InboundReader {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

  private InboundReader() {}

  /**
   * @param declared whether the settings have it, or an identity
   * @param server the section {@code server}, which stands beside this one
   */
  static InboundSettings read(
      Section section, boolean declared, Section server, boolean hasIdentity) {
    MtlsMode otherwise = hasIdentity ? MtlsMode.PERMISSIVE : MtlsMode.DISABLE;
    Optional<Value> mtlsKey = section.value("mtls");
    MtlsMode mtls =
        mtlsKey.isEmpty() ? otherwise : mode(mtlsKey.get(), hasIdentity).orElse(otherwise);
    Map<Integer, MtlsMode> ports = new LinkedHashMap<>();
    for (Map.Entry<String, Value> entry : section.section("portLevelMtls").all().entrySet()) {
      Value value = entry.getValue();
      Optional<Integer> port = port(entry.getKey());
      if (port.isEmpty()) {
        value.problem(
            "the key must be a port from 1 to 65535, but was '" + entry.getKey() + "'", "");
      }
      Optional<MtlsMode> mode = mode(value, hasIdentity);
      if (port.isPresent() && mode.isPresent()) {
        ports.put(port.get(), mode.get());
      }
    }
    List<AuthorizationRule> rules = new ArrayList<>();
    for (Value item : section.items("authorization")) {
      rules.add(rule(item.section()));
    }
    ServerSettings limits =
        ServerReader.server(
            server, ServerReader.adaptive(section), RateLimitReader.read(section, hasIdentity));
    Optional<UnknownServers> unknownServers =
        section.choice("unknownServers", Value.words(UnknownServers.class), Set.of());
    section.notYet("fault").end();
    return new InboundSettings(mtls, ports, rules, declared, limits, unknownServers);
  }

  private static Optional<MtlsMode> mode(Value value, boolean hasIdentity) {
    Optional<MtlsMode> mode = value.choice(Value.words(MtlsMode.class), Set.of("UNSET"));
    if (mode.isPresent() && mode.get() != MtlsMode.DISABLE && !hasIdentity) {
      value.problem(
          mode.get() + " needs an identity",
          "set identity: {certificateChain, privateKey, trustBundle}");
    }
    return mode;
  }

  private static AuthorizationRule rule(Section section) {
    Action action =
        section
            .choice("action", Value.words(Action.class), Set.of("AUDIT", "CUSTOM"))
            .orElse(Action.ALLOW);
    Section from = strictSection(section, "from");
    Section to = strictSection(section, "to");
    AuthorizationRule rule =
        new AuthorizationRule(
            action,
            patterns(from, "principals"),
            patterns(from, "namespaces"),
            methods(to),
            patterns(to, "paths"),
            ports(to));
    from.notYet(
            "notPrincipals",
            "notNamespaces",
            "requestPrincipals",
            "ipBlocks",
            "notIpBlocks",
            "remoteIpBlocks",
            "serviceAccounts")
        .end();
    to.notYet("notMethods", "notPaths", "notPorts", "hosts", "notHosts").end();
    section.notYet("when").end();
    return rule;
  }

  /**
   * {@code from:} without a value would match every caller: that must be meant and said otherwise.
   */
  private static Section strictSection(Section parent, String key) {
    Optional<Value> value = parent.value(key);
    if (value.isPresent()) {
      Section section = value.get().section();
      if (!value.get().isNull()
          && section.isEmpty()
          && !value.get().isScalar()
          && !value.get().isList()) {
        section.problem("is empty and would match everything", "remove the key if that is meant");
      }
      return section;
    }
    return parent.section(key);
  }

  private static List<Value> strictItems(Section section, String key) {
    Optional<Value> value = section.value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    List<Value> items = value.get().items();
    if (items.isEmpty() && value.get().isList()) {
      value.get().problem("is empty and would match everything", "remove the key if that is meant");
    }
    return items;
  }

  private static List<String> patterns(Section section, String key) {
    List<String> patterns = new ArrayList<>();
    for (Value item : strictItems(section, key)) {
      Optional<String> text = item.text();
      if (text.isPresent()) {
        String inner = key.equals("principals") ? Patterns.withoutScheme(text.get()) : text.get();
        boolean inTheMiddle =
            inner.length() > 2 && inner.substring(1, inner.length() - 1).contains("*");
        boolean atBothEnds = inner.length() > 1 && inner.startsWith("*") && inner.endsWith("*");
        boolean one = !inTheMiddle && !atBothEnds;
        if (!one) {
          item.problem(
              "may hold one '*', at its beginning or its end, but was " + item.shown(),
              "a*, *a or *");
        }
        patterns.add(one ? normal(item, key, inner) : inner);
      }
    }
    return patterns;
  }

  /** As requests are compared with it. */
  private static String normal(Value item, String key, String pattern) {
    return switch (key) {
      case "principals" -> Patterns.principal(item, pattern, true);
      case "namespaces" -> Patterns.namespace(item, pattern);
      default -> {
        if (pattern.startsWith("/") || pattern.startsWith("*")) {
          yield Patterns.path(item, pattern);
        }
        item.problem("must begin with '/' or '*', but was " + item.shown(), "");
        yield pattern;
      }
    };
  }

  private static List<String> methods(Section to) {
    List<String> methods = new ArrayList<>();
    for (Value item : strictItems(to, "methods")) {
      Optional<String> method = item.text();
      if (method.isPresent()) {
        String upper = method.get().toUpperCase(Locale.ROOT);
        if (!method.get().equals(upper) && METHODS.contains(upper)) {
          item.problem("methods are in capitals, but this is " + item.shown(), "write " + upper);
        } else if (!isMethod(method.get())) {
          item.problem("can match no method, but was " + item.shown(), "such as [GET, POST]");
        }
        methods.add(method.get());
      }
    }
    return methods;
  }

  /** RFC 9110 section 9.1, a token; or with a star at one of its ends. */
  private static boolean isMethod(String pattern) {
    String method =
        pattern.endsWith("*")
            ? pattern.substring(0, pattern.length() - 1)
            : pattern.startsWith("*") ? pattern.substring(1) : pattern;
    return method.isEmpty() || (RequestMethod.isToken(method) && method.indexOf('*') < 0);
  }

  private static List<Integer> ports(Section to) {
    List<Integer> ports = new ArrayList<>();
    for (Value item : strictItems(to, "ports")) {
      Optional<Integer> port = item.integer(1, 65535);
      if (port.isPresent()) {
        ports.add(port.get());
      }
    }
    return ports;
  }

  private static Optional<Integer> port(String text) {
    return text.matches("[0-9]{1,5}")
            && Integer.parseInt(text) >= 1
            && Integer.parseInt(text) <= 65535
        ? Optional.of(Integer.parseInt(text))
        : Optional.empty();
  }
}
