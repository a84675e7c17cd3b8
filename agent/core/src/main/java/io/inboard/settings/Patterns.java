// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import io.inboard.call.Printable;
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

  /** One of them completes whatever is the beginning of a character. */
  private static final List<String> ENDS_OF_CHARACTERS =
      List.of("%80", "%80%80", "%80%80%80", "%A0%80", "%90%80%80");

  private Patterns() {}

  /**
   * A pattern of paths in the normal form of {@link RequestPath}: {@code /café} and {@code
   * /caf%c3%a9} are {@code /caf%C3%A9}, {@code /%61dmin} is {@code /admin}. Stars stay where they
   * are.
   */
  static String path(Value item, String pattern) {
    Optional<String> problem = pathProblem(item, pattern);
    if (problem.isPresent()) {
      item.problem(
          "can match no path as requests are compared, but was " + item.shown(), problem.get());
      return pattern;
    }
    StringBuilder plain = new StringBuilder(pattern.length());
    StringBuilder out = new StringBuilder(pattern.length());
    for (int i = 0; i < pattern.length(); i++) {
      int value = pattern.charAt(i) == '%' ? RequestPath.code(pattern, i) : -1;
      if (value < 0) {
        plain.append(pattern.charAt(i));
        continue;
      }
      out.append(RequestPath.encode(plain.toString()));
      plain.setLength(0);
      if (value > 0x20 && value < 0x7f) {
        out.append((char) value);
      } else {
        out.append(pattern.substring(i, i + 3).toUpperCase(Locale.ROOT));
      }
      i += 2;
    }
    return out.append(RequestPath.encode(plain.toString())).toString();
  }

  /** What to write instead; empty: it is fine. */
  private static Optional<String> pathProblem(Value item, String pattern) {
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '?' || c == '#') {
        return Optional.of(
            "paths are compared without query and fragment: write "
                + shown(pattern.substring(0, i))
                + "; the character itself is "
                + (c == '?' ? "%3F" : "%23"));
      }
      if (c == '%') {
        Optional<String> code = codeProblem(pattern, i);
        if (code.isPresent()) {
          return code;
        }
      }
      if (c == 0) {
        return Optional.of("no path holds a NUL");
      }
    }
    if (!isUtf8(pattern)) {
      return Optional.of(
          "a request whose path has codes of what is no UTF-8 is refused wherever a rule looks at"
              + " paths: write the codes of the character's bytes in UTF-8");
    }
    String clean = dotsDecoded(pattern).replace('\\', '/');
    clean = RequestPath.merged(RequestPath.withoutParameters(clean));
    if (clean.startsWith("/")) {
      clean = RequestPath.resolved(clean);
    } else if (clean.contains("/./")
        || clean.contains("/../")
        || clean.endsWith("/.")
        || clean.endsWith("/..")) {
      return Optional.of("paths are compared without the segments . and ..");
    }
    if (clean.equals(dotsDecoded(pattern))) {
      return Optional.empty();
    }
    return Optional.of(
        "paths are compared without path parameters (;a), without the segments . and .., and with"
            + " single slashes: write "
            + shown(clean));
  }

  private static Optional<String> codeProblem(String pattern, int at) {
    int value = RequestPath.code(pattern, at);
    if (value < 0) {
      return Optional.of("a percent code has two hexadecimal digits, such as %20 for a blank");
    }
    String code = pattern.substring(at, at + 3);
    if (RequestPath.isAmbiguous(value)) {
      return Optional.of(
          "a request with "
              + code
              + " in its path is refused wherever a rule looks at paths, since servers read it in"
              + " more than one way");
    }
    return value == '*'
        ? Optional.of("a star in a pattern is always a wildcard: write * for " + code)
        : Optional.empty();
  }

  /** A star may stand for the rest of a character. */
  private static boolean isUtf8(String pattern) {
    String[] pieces = pattern.split("\\*", -1);
    for (int i = 0; i < pieces.length; i++) {
      String piece = pieces[i];
      int from = 0;
      while (i > 0 && from < 9 && isInsideCharacter(piece, from)) {
        from += 3;
      }
      String rest = piece.substring(from);
      boolean last = i == pieces.length - 1;
      if (RequestPath.malformed(rest) >= 0 && (last || !canBeCompleted(rest))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isInsideCharacter(String piece, int at) {
    int value = at < piece.length() && piece.charAt(at) == '%' ? RequestPath.code(piece, at) : -1;
    return value >= 0x80 && value < 0xc0;
  }

  private static boolean canBeCompleted(String piece) {
    for (String end : ENDS_OF_CHARACTERS) {
      if (RequestPath.malformed(piece + end) < 0) {
        return true;
      }
    }
    return false;
  }

  private static String dotsDecoded(String pattern) {
    return pattern.replace("%2e", ".").replace("%2E", ".");
  }

  private static String shown(String path) {
    return path.isEmpty() ? "/*" : Printable.text(path);
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
