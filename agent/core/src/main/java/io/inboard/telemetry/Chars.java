// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import java.nio.charset.StandardCharsets;

/** Which characters the formats of trace headers allow; plain comparisons, no tables, no regex. */
final class Chars {
  private Chars() {}

  /** Whether {@code s[from, to)} is lower-case hex (HEXDIGLC of W3C Trace Context). */
  static boolean lowerHex(CharSequence s, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = s.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code s[from, to)} consists of the digit zero. */
  static boolean zeros(String s, int from, int to) {
    for (int i = from; i < to; i++) {
      if (s.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }

  /** The value of two hex digits that were checked before. */
  static int hexByte(CharSequence s, int at) {
    return Character.digit(s.charAt(at), 16) << 4 | Character.digit(s.charAt(at + 1), 16);
  }

  /** The value of sixteen lower-case hex digits that were checked before. */
  static long hexLong(CharSequence s, int at) {
    long value = 0;
    for (int i = at; i < at + 16; i++) {
      char c = s.charAt(i);
      value = value << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return value;
  }

  /** Writes a number as sixteen lower-case hex digits. */
  static void writeHex(long value, byte[] to, int at) {
    for (int i = 0; i < 16; i++) {
      int digit = (int) (value >>> 60 - 4 * i) & 0xf;
      to[at + i] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
  }

  /** A text of ASCII characters. */
  static String ascii(byte[] characters) {
    return new String(characters, StandardCharsets.ISO_8859_1);
  }

  /** Without optional white space (space and tab, RFC 9110 section 5.6.3) at both ends. */
  static String trimOws(String s) {
    // Of a text, its own part is a text.
    return trimOws((CharSequence) s).toString();
  }

  /** The same of characters that are no text yet, and perhaps never will be. */
  static CharSequence trimOws(CharSequence s) {
    int from = 0;
    int to = s.length();
    while (from < to && isOws(s.charAt(from))) {
      from++;
    }
    while (to > from && isOws(s.charAt(to - 1))) {
      to--;
    }
    return from == 0 && to == s.length() ? s : s.subSequence(from, to);
  }

  static boolean isOws(char c) {
    return c == ' ' || c == '\t';
  }

  /** Whether the text is a token of RFC 9110 section 5.6.2. */
  static boolean token(String s) {
    if (s.isEmpty()) {
      return false;
    }
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      boolean letterOrDigit =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letterOrDigit && "!#$%&'*+-.^_`|~".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
