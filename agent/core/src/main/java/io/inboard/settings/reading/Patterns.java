// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.PathPatternForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Patterns of paths and of identities, in the form in which a request's are compared with them. One
 * that can match no request is a problem with a hint: it looks like a rule but has no effect.
 */
final class Patterns {
  private static final String SCHEME = "spiffe://";
  private static final String WHOLE_ID = "cluster.local/ns/NAMESPACE/sa/ACCOUNT";

  private Patterns() {}

  /** A pattern of paths in the form of {@link PathPatternForm#of}. */
  static String path(Value item, String pattern) {
    Optional<String> problem = PathPatternForm.problem(pattern);
    if (problem.isPresent()) {
      item.problem(
          "can match no path as requests are compared, but was " + item.shown(), problem.get());
      return pattern;
    }
    return PathPatternForm.of(pattern);
  }

  /**
   * A pattern of identities, without its scheme and with the trust domain in lower case, as SPIFFE
   * compares ids. A trust domain by its end ({@code *.local/…}) stays as it is.
   *
   * @param suffixes whether {@code *a} is a pattern here
   */
  static String principal(Value item, String text, boolean suffixes) {
    String pattern = principal(text);
    String problem = principalProblem(pattern, suffixes);
    if (!problem.isEmpty()) {
      item.problem("can match no identity, but was " + item.shown(), problem);
    }
    return pattern;
  }

  /** As {@link #principal(Value, String, boolean)}, of what is not looked at. */
  static String principal(String text) {
    String id = withoutScheme(text);
    if (id.startsWith("*")) {
      return id;
    }
    int slash = id.indexOf('/');
    // A foreign letter must not become an ASCII one (the Kelvin sign becomes k).
    return slash < 0 ? lowerAscii(id) : lowerAscii(id.substring(0, slash)) + id.substring(slash);
  }

  static String withoutScheme(String text) {
    return text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? text.substring(SCHEME.length())
        : text;
  }

  private static String lowerAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0x7f) {
        return text;
      }
    }
    return text.toLowerCase(Locale.ROOT);
  }

  private static String principalProblem(String pattern, boolean suffixes) {
    boolean prefix = pattern.endsWith("*");
    boolean suffix = !prefix && pattern.startsWith("*");
    if (suffix && !suffixes) {
      return "here a principal is a whole id or the beginning of one: "
          + WHOLE_ID
          + " or cluster.local/ns/NAMESPACE/*";
    }
    String body =
        prefix
            ? pattern.substring(0, pattern.length() - 1)
            : suffix ? pattern.substring(1) : pattern;
    if (body.contains("://")) {
      return "an identity is a SPIFFE id: " + WHOLE_ID + ", with or without spiffe:// in front";
    }
    for (int i = 0; i < body.length(); i++) {
      if (body.charAt(i) != '/' && !isIdCharacter(body.charAt(i))) {
        return "ids consist of letters, digits, dots, dashes, underscores and slashes, such as "
            + WHOLE_ID;
      }
    }
    List<String> whole = new ArrayList<>(List.of(body.split("/", -1)));
    if (body.isEmpty()) {
      return "";
    }
    if (!prefix && !suffix && whole.size() == 1) {
      return "an id names a workload in its trust domain: "
          + WHOLE_ID
          + "; "
          + body
          + "/* is all"
          + " that are in a domain of that name";
    }
    // What a star stands next to is only a part of a segment.
    if (prefix && whole.size() > 1) {
      whole.remove(whole.size() - 1);
    }
    if (suffix && whole.size() > 1) {
      whole.remove(0);
    }
    for (String segment : whole) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        return "ids have no empty segments, no . and .., and no slash at their end: such as "
            + WHOLE_ID;
      }
    }
    return "";
  }

  /** A pattern of namespaces, each one segment of an id. */
  static String namespace(Value item, String pattern) {
    for (int i = 0; i < pattern.length(); i++) {
      if (pattern.charAt(i) != '*' && !isIdCharacter(pattern.charAt(i))) {
        item.problem(
            "can match no namespace, but was " + item.shown(),
            "a namespace is what stands after /ns/ in an id, such as shop");
        break;
      }
    }
    return pattern;
  }

  private static boolean isIdCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '-'
        || c == '_';
  }
}
