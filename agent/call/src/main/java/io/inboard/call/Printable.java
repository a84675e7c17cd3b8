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
   * is left out. Works on text that is no valid URL, too, and then shows rather too little. Every
   * URL that is printed goes through here.
   */
  public static String url(String raw) {
    int scheme = raw.indexOf("://");
    int authority = scheme >= 0 ? scheme + 3 : raw.startsWith("//") ? 2 : 0;
    while (authority > 0 && authority < raw.length() && raw.charAt(authority) == '/') {
      authority++; // One slash too many hides no user info.
    }
    int authorityEnd = firstOf(raw, "/?#", authority);
    int at = raw.lastIndexOf('@', authorityEnd - 1);
    if (at < authority) {
      // No user info, or one with a '/', '?' or '#' that nobody encoded, or cut off before its '@'.
      boolean plain =
          authority == 0
              ? raw.lastIndexOf('@') < 0 || raw.lastIndexOf(':', raw.lastIndexOf('@')) < 0
              : isHostAndPort(raw, authority, authorityEnd);
      at = plain ? -1 : raw.lastIndexOf('@');
      if (!plain && at < authority) {
        return text(raw.substring(0, authority)) + "***";
      }
    }
    String shown = raw;
    int from = authority;
    if (at >= authority) {
      shown = raw.substring(0, authority) + "***" + raw.substring(at);
      from = authority + 4;
    }
    int end = firstOf(shown, "?#", from);
    boolean query = end < shown.length() && shown.charAt(end) == '?';
    return text(shown.substring(0, end) + (query ? "?***" : ""));
  }

  /**
   * Text, such as another library's message, in which each URL is shown as {@link #url} shows it; a
   * URL ends at a blank, a quote or an angle bracket. Otherwise as it is.
   */
  public static String urlsIn(String raw) {
    int scheme = raw.indexOf("://");
    if (scheme < 0) {
      return raw;
    }
    StringBuilder out = new StringBuilder(raw.length());
    int done = 0;
    for (; scheme >= 0; scheme = raw.indexOf("://", Math.max(done, scheme + 3))) {
      int start = scheme;
      while (start > done && isSchemeChar(raw.charAt(start - 1))) {
        start--;
      }
      int end = scheme + 3;
      while (end < raw.length() && raw.charAt(end) > ' ' && "\"'<>".indexOf(raw.charAt(end)) < 0) {
        end++;
      }
      // The sentence's, not the URL's.
      while (end > scheme + 3 && ".,;:)]}".indexOf(raw.charAt(end - 1)) >= 0) {
        end--;
      }
      out.append(raw, done, start).append(url(raw.substring(start, end)));
      done = end;
    }
    return out.append(raw, done, raw.length()).toString();
  }

  private static boolean isSchemeChar(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '+'
        || c == '-';
  }

  /** {@code host}, {@code host:8080}, {@code [::1]:8080}: what no secret has the form of. */
  private static boolean isHostAndPort(String raw, int from, int to) {
    int bracket = raw.lastIndexOf(']', to - 1);
    int colon = raw.indexOf(':', Math.max(from, bracket));
    if (colon < 0 || colon >= to) {
      return true;
    }
    for (int i = colon + 1; i < to; i++) {
      if (raw.charAt(i) < '0' || raw.charAt(i) > '9') {
        return false;
      }
    }
    return colon + 1 < to;
  }

  private static int firstOf(String raw, String ends, int from) {
    for (int i = from; i < raw.length(); i++) {
      if (ends.indexOf(raw.charAt(i)) >= 0) {
        return i;
      }
    }
    return raw.length();
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
