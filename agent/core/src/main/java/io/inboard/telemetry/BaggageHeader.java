// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code baggage} header (W3C Baggage) as it travels on: each valid member exactly as it came,
 * so that nothing is lost by decoding and encoding again. Immutable.
 */
final class BaggageHeader {
  static final String NAME = "baggage";
  static final BaggageHeader EMPTY = new BaggageHeader("");

  private static final int MAX_MEMBERS = 64;
  private static final int MAX_BYTES = 8192;

  private final String header;

  private BaggageHeader(String header) {
    this.header = header;
  }

  /**
   * Reads all headers of a message. An invalid member is left out alone; members beyond the limits
   * (64, 8192 bytes in all) are left out from the end.
   */
  static BaggageHeader read(List<String> headers) {
    if (headers.isEmpty()) {
      return EMPTY;
    }
    StringBuilder text = new StringBuilder();
    int count = 0;
    for (String header : headers) {
      for (String part : header.split(",", -1)) {
        String member = Chars.trimOws(part);
        if (member.isEmpty() || !valid(member)) {
          continue;
        }
        if (count == MAX_MEMBERS
            || text.length() + (count == 0 ? 0 : 1) + member.length() > MAX_BYTES) {
          return new BaggageHeader(text.toString());
        }
        text.append(count == 0 ? "" : ",").append(member);
        count++;
      }
    }
    return count == 0 ? EMPTY : new BaggageHeader(text.toString());
  }

  private static boolean valid(String member) {
    String[] parts = member.split(";", -1);
    int equals = parts[0].indexOf('=');
    if (equals < 0 || !pair(parts[0], equals)) {
      return false;
    }
    for (int i = 1; i < parts.length; i++) {
      String property = Chars.trimOws(parts[i]);
      int at = property.indexOf('=');
      if (at < 0 ? !Chars.token(property) : !pair(property, at)) {
        return false;
      }
    }
    return true;
  }

  private static boolean pair(String text, int equals) {
    return Chars.token(Chars.trimOws(text.substring(0, equals)))
        && octets(Chars.trimOws(text.substring(equals + 1)));
  }

  /** baggage-octet: printable ASCII without space, quote, comma, semicolon and backslash. */
  private static boolean octets(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= 0x20 || c > 0x7e || c == '"' || c == ',' || c == ';' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  /** The header's value; empty when there is nothing to send. */
  String header() {
    return header;
  }

  /** Names and decoded values without properties; of a name that comes twice, the last value. */
  Map<String, String> entries() {
    Map<String, String> entries = new LinkedHashMap<>();
    if (!header.isEmpty()) {
      for (String member : header.split(",", -1)) {
        String pair = member.split(";", 2)[0];
        int equals = pair.indexOf('=');
        entries.put(
            Chars.trimOws(pair.substring(0, equals)),
            decode(Chars.trimOws(pair.substring(equals + 1))));
      }
    }
    return entries;
  }

  /** Percent-decodes UTF-8; what is not valid becomes U+FFFD, as the specification says. */
  private static String decode(String value) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    ByteBuffer bytes = ByteBuffer.allocate(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      int high = c == '%' && i + 2 < value.length() ? Character.digit(value.charAt(i + 1), 16) : -1;
      int low = high >= 0 ? Character.digit(value.charAt(i + 2), 16) : -1;
      if (low >= 0) {
        bytes.put((byte) (high << 4 | low));
        i += 2;
      } else {
        bytes.put((byte) c);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE)
          .decode(bytes.flip())
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalStateException(e); // REPLACE never reports
    }
  }
}
