// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What servers and the frameworks behind them make of the path of a request. They agree on a plain
 * path; of {@code /admin/..;/pub} one sees {@code /pub}, another one {@code /admin/..;/pub}, and a
 * rule that is judged on one of them is no rule for the other: see {@link #readings}. Pure; any
 * thread.
 *
 * <p>The normal form is RFC 3986 section 6.2.2 (dot segments, unreserved characters), with merged
 * slashes and without path parameters. Printable ASCII stands for itself; any other character is
 * percent codes of UTF-8 in capitals.
 */
public final class RequestPath {
  /** The ways of cleaning a path that are in use, see {@link #clean}. */
  private static final int WAYS = 7;

  /** The first of them, one after the other, give the normal form. */
  private static final int NORMAL_WAYS = 5;

  /** More readings than these few steps can make, in whatever order. */
  private static final int MOST_READINGS = 64;

  /**
   * Of all readings of a path together, or a request of eight kilobytes would cost as much as a
   * hundred others: a path of 250 characters may have all its readings, a longer one fewer.
   */
  private static final int MOST_CHARACTERS = 16 * 1024;

  private static final String HEX = "0123456789ABCDEF";

  private RequestPath() {}

  /**
   * The normal form; empty when servers disagree on what the path means (an encoded slash,
   * backslash, semicolon, percent or NUL, a broken percent code, codes that are no UTF-8, raw bytes
   * that are no ASCII, more {@code ..} than segments, no slash in front), which a rule about paths
   * must refuse.
   */
  public static Optional<String> normalize(String raw) {
    if (isPlain(raw)) {
      return Optional.of(raw);
    }
    Optional<String> start = start(raw);
    if (start.isEmpty() || climbsOut(start.get())) {
      return Optional.empty();
    }
    String path = start.get();
    for (int way = 0; way < NORMAL_WAYS; way++) {
      path = clean(path, way);
    }
    return Optional.of(path);
  }

  /** Whether a path is in its normal form, so that everybody reads it alike. Allocates nothing. */
  public static boolean isNormal(String path) {
    return isPlain(path) || normalize(path).map(path::equals).orElse(false);
  }

  /**
   * Every path that a server or a framework may choose a handler by: the path as it came, and what
   * any of the usual ways of cleaning it, in any order, make of it. Codes of letters, digits, dash,
   * dot and underscore, which no client writes, are read both ways; those of other printable
   * characters as the characters.
   *
   * @return the one path itself in the usual case; empty when it must be refused, see {@link
   *     #normalize}, or when there are too many to judge
   */
  public static List<String> readings(String raw) {
    if (isPlain(raw)) {
      return List.of(raw);
    }
    Optional<String> start = start(raw);
    if (start.isEmpty() || climbsOut(start.get())) {
      return List.of();
    }
    List<String> readings = new ArrayList<>();
    readings.add(start.get());
    int characters = start.get().length();
    for (int i = 0; i < readings.size(); i++) {
      for (int way = 0; way < WAYS; way++) {
        String next = clean(readings.get(i), way);
        if (!readings.contains(next)) {
          readings.add(next);
          characters += next.length();
        }
      }
      if (readings.size() > MOST_READINGS || characters > MOST_CHARACTERS) {
        return List.of();
      }
    }
    return readings;
  }

  /** Characters as they stand in a normal form: {@code /café} is {@code /caf%C3%A9}. */
  public static String encode(String characters) {
    StringBuilder out = new StringBuilder(characters.length() + 16);
    for (byte b : characters.getBytes(StandardCharsets.UTF_8)) {
      if (b > 0x20 && b < 0x7f && b != '%') {
        out.append((char) b);
      } else {
        out.append('%').append(HEX.charAt((b >> 4) & 0xf)).append(HEX.charAt(b & 0xf));
      }
    }
    return out.toString();
  }

  /** Nothing in it could be read in two ways. */
  private static boolean isPlain(String path) {
    int length = path.length();
    if (length == 0 || path.charAt(0) != '/') {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = path.charAt(i);
      if (c <= 0x20 || c >= 0x7f || c == '%' || c == ';' || c == '\\') {
        return false;
      }
      if (c == '/' && i + 1 < length && (path.charAt(i + 1) == '/' || isDots(path, i + 1))) {
        return false;
      }
    }
    return true;
  }

  /** Whether the segment that begins there is {@code .} or {@code ..}. */
  private static boolean isDots(String path, int from) {
    int at = from;
    while (at < path.length() && at < from + 2 && path.charAt(at) == '.') {
      at++;
    }
    return at > from && (at == path.length() || path.charAt(at) == '/');
  }

  /** As it came, but for codes that mean the same in either spelling; empty: refuse. */
  private static Optional<String> start(String raw) {
    if (!raw.startsWith("/") || malformed(raw) >= 0) {
      return Optional.empty();
    }
    StringBuilder out = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c <= 0x20 || c >= 0x7f) {
        return Optional.empty();
      }
      if (c != '%') {
        out.append(c);
        continue;
      }
      int value = code(raw, i);
      if (isAmbiguous(value)) {
        return Optional.empty();
      }
      if (value > 0x20 && value < 0x7f && !isPlainCode(value)) {
        out.append((char) value);
      } else {
        out.append(raw.substring(i, i + 3).toUpperCase(Locale.ROOT));
      }
      i += 2;
    }
    return Optional.of(out.toString());
  }

  /**
   * @param value of a percent code; -1: it is broken
   */
  static boolean isAmbiguous(int value) {
    return value <= 0 || value == '/' || value == '\\' || value == '%' || value == ';';
  }

  /**
   * Where percent codes begin that are no UTF-8 (RFC 3629 section 4: longer than need be, part of a
   * character, a surrogate), of which one decoder makes {@code .} or a letter, another one U+FFFD;
   * -1: nowhere.
   */
  static int malformed(String path) {
    int at = path.indexOf('%');
    while (at >= 0) {
      int bytes = character(path, at);
      if (bytes == 0) {
        return at;
      }
      at = path.indexOf('%', at + 3 * bytes);
    }
    return -1;
  }

  /** How many codes make the character that begins there; 0: it is none. */
  private static int character(String path, int at) {
    int first = code(path, at);
    if (first < 0x80) {
      return 1;
    }
    if (first < 0xc2 || first > 0xf4) {
      return 0;
    }
    int bytes = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    for (int i = 1; i < bytes; i++) {
      int next = at + 3 * i;
      int value = next < path.length() && path.charAt(next) == '%' ? code(path, next) : -1;
      if (value < least || value > most) {
        return 0;
      }
      least = 0x80;
      most = 0xbf;
    }
    return bytes;
  }

  /** The value of the percent code that begins there; -1 if it is broken. */
  static int code(String text, int at) {
    if (at + 2 >= text.length()) {
      return -1;
    }
    int high = hex(text.charAt(at + 1));
    int low = hex(text.charAt(at + 2));
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }

  /** Of ASCII alone: {@link Character#digit} takes digits of other scripts. */
  private static int hex(char c) {
    return c < 0x7f ? Character.digit(c, 16) : -1;
  }

  private static boolean isPlainCode(int value) {
    return (value >= 'a' && value <= 'z')
        || (value >= 'A' && value <= 'Z')
        || (value >= '0' && value <= '9')
        || value == '-'
        || value == '.'
        || value == '_';
  }

  private static String clean(String path, int way) {
    return switch (way) {
      case 0 -> decoded(path);
      case 1 -> path.replace('\\', '/');
      case 2 -> withoutParameters(path);
      case 3 -> merged(path);
      case 4 -> resolved(path);
      case 5 -> withoutHost(path);
      default -> resolvedAsFile(path);
    };
  }

  private static String decoded(String path) {
    if (path.indexOf('%') < 0) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      int value = c == '%' ? code(path, i) : -1;
      if (value >= 0 && isPlainCode(value)) {
        out.append((char) value);
        i += 2;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  static String withoutParameters(String path) {
    if (path.indexOf(';') < 0) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length());
    boolean parameter = false;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      parameter = c == ';' || (parameter && c != '/');
      if (!parameter) {
        out.append(c);
      }
    }
    return out.toString();
  }

  static String merged(String path) {
    if (!path.contains("//")) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '/' || out.length() == 0 || out.charAt(out.length() - 1) != '/') {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** RFC 3986 section 5.2.4, where {@code ..} takes an empty segment away, too. */
  static String resolved(String path) {
    if (!path.contains("/.")) {
      return path;
    }
    String[] parts = path.split("/", -1);
    List<String> segments = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      boolean dots = parts[i].equals(".") || parts[i].equals("..");
      if (parts[i].equals("..") && !segments.isEmpty()) {
        segments.remove(segments.size() - 1);
      }
      if (!dots) {
        segments.add(parts[i]);
      } else if (i == parts.length - 1) {
        segments.add("");
      }
    }
    return "/" + String.join("/", segments);
  }

  /** {@code java.net.URI} takes what follows two slashes for a host. */
  private static String withoutHost(String path) {
    if (!path.startsWith("//")) {
      return path;
    }
    int slash = path.indexOf('/', 2);
    return slash < 0 ? "/" : path.substring(slash);
  }

  /** {@code java.nio.file.Path} has no slash at the end: {@code /a/b/..} is {@code /a}. */
  private static String resolvedAsFile(String path) {
    String resolved = resolved(path);
    boolean directory = path.endsWith("/.") || path.endsWith("/..");
    return directory && resolved.length() > 1
        ? resolved.substring(0, resolved.length() - 1)
        : resolved;
  }

  /** More {@code ..} than segments, by the strictest way of counting. */
  private static boolean climbsOut(String start) {
    String path = merged(withoutParameters(decoded(start).replace('\\', '/')));
    int depth = 0;
    for (String segment : path.substring(1).split("/", -1)) {
      if (segment.equals("..")) {
        depth--;
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        depth++;
      }
      if (depth < 0) {
        return true;
      }
    }
    return false;
  }
}
