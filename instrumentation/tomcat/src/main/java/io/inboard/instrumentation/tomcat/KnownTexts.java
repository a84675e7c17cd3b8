// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Texts that come again with every request (the host, the client's name, most paths) are decoded
 * once. The last ones are kept, each in a place that its bytes say; a caller who sends others each
 * time gains nothing but that they are decoded each time, as without this. Not for queries and
 * credentials: a text stays until another takes its place.
 *
 * <p>Safe for use by any thread: a place holds an unchanging list of one.
 */
final class KnownTexts {
  /** A power of two. */
  private static final int KEPT = 256;

  private static final int LONGEST = 128;

  @SuppressWarnings({"unchecked", "rawtypes"}) // There are no generic arrays.
  private static final List<String>[] KNOWN = new List[KEPT];

  private KnownTexts() {}

  /** The text of ASCII bytes as a list of one; null if they are none, or too many. */
  static List<String> of(byte[] bytes, int start, int length) {
    if (length > LONGEST) {
      return null;
    }
    int hash = length;
    int all = 0;
    for (int i = start; i < start + length; i++) {
      hash = 31 * hash + bytes[i];
      all |= bytes[i];
    }
    if (all < 0) {
      return null;
    }
    int at = (hash ^ hash >>> 16) & KEPT - 1;
    List<String> known = KNOWN[at];
    if (known != null && isText(known.get(0), bytes, start, length)) {
      return known;
    }
    List<String> made = List.of(new String(bytes, start, length, StandardCharsets.ISO_8859_1));
    KNOWN[at] = made;
    return made;
  }

  private static boolean isText(String text, byte[] bytes, int start, int length) {
    if (text.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) != bytes[start + i]) {
        return false;
      }
    }
    return true;
  }
}
