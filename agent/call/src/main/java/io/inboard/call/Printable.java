// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/**
 * Text from outside (peers, files, other people's exceptions), made fit for a log line or a
 * terminal: nothing in it can start a line, move the cursor, change colours or reverse the order of
 * what is read. Everything that prints such text goes through here.
 */
public final class Printable {
  private Printable() {}

  /**
   * The text with control characters (C0, DEL, C1), line and paragraph separators and the marks
   * that change direction (Unicode bidirectional controls) written as {@code &#92;uXXXX}.
   */
  public static String text(String raw) {
    int first = firstUnfit(raw);
    if (first < 0) {
      return raw;
    }
    StringBuilder out = new StringBuilder(raw.length() + 16).append(raw, 0, first);
    for (int i = first; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (fit(c)) {
        out.append(c);
      } else {
        String hex = Integer.toHexString(c);
        out.append("\\u").append("0000", 0, 4 - hex.length()).append(hex);
      }
    }
    return out.toString();
  }

  /**
   * The same, cut to a length.
   *
   * @param most how many characters of {@code raw} are kept; what was cut shows as {@code ...}
   */
  public static String text(String raw, int most) {
    return raw.length() <= most ? text(raw) : text(raw.substring(0, most)) + "...";
  }

  /**
   * A URL without what may be secret: user info and query are replaced by {@code ***}, the fragment
   * is left out. Works on text that is no valid URL, too. Every URL that is printed goes through
   * here.
   */
  public static String url(String raw) {
    int end = raw.length();
    int fragment = raw.indexOf('#');
    if (fragment >= 0) {
      end = fragment;
    }
    int query = raw.indexOf('?');
    boolean hasQuery = query >= 0 && query < end;
    if (hasQuery) {
      end = query;
    }
    int scheme = raw.indexOf("://");
    int authority = scheme >= 0 && scheme < end ? scheme + 3 : 0;
    int path = raw.indexOf('/', authority);
    int authorityEnd = path >= 0 && path < end ? path : end;
    int at = raw.lastIndexOf('@', authorityEnd - 1);
    // A slash in a password that nobody encoded: the last @ of all before the query counts then.
    if (at < authority && scheme >= 0) {
      at = raw.lastIndexOf('@', end - 1);
    }
    String shown =
        at >= authority
            ? raw.substring(0, authority) + "***" + raw.substring(at, end)
            : raw.substring(0, end);
    return text(hasQuery ? shown + "?***" : shown);
  }

  private static int firstUnfit(String raw) {
    for (int i = 0; i < raw.length(); i++) {
      if (!fit(raw.charAt(i))) {
        return i;
      }
    }
    return -1;
  }

  private static boolean fit(char c) {
    return c >= ' '
        && (c < 0x7f || c > 0x9f)
        && c != '\u2028'
        && c != '\u2029'
        && (c < '\u202a' || c > '\u202e')
        && (c < '\u2066' || c > '\u2069')
        && c != '\u200e'
        && c != '\u200f';
  }
}
