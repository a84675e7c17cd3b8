// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import io.inboard.call.Printable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The form in which a pattern of paths is compared with the paths of requests, see {@link
 * RequestPath}. Of the mesh's own settings, so nothing here is on a request's way.
 */
public final class PathPatternForm {
  /** One of them completes whatever is the beginning of a character. */
  private static final List<String> ENDS_OF_CHARACTERS =
      List.of("%80", "%80%80", "%80%80%80", "%A0%80", "%90%80%80");

  private PathPatternForm() {}

  /**
   * A pattern in the normal form of {@link RequestPath}: {@code /café} and {@code /caf%c3%a9} are
   * {@code /caf%C3%A9}, {@code /%61dmin} is {@code /admin}. Stars stay where they are.
   *
   * @param pattern without a {@link #problem}
   */
  public static String of(String pattern) {
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

  /**
   * Why a pattern can match no request's path, as a hint what to write instead; empty: it can match
   * one.
   */
  public static Optional<String> problem(String pattern) {
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
}
