// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/**
 * Writes DER (X.690), as much of it as certificates and private keys need. The JDK has no public
 * way to write a certificate.
 */
final class Der {
  private static final DateTimeFormatter UTC = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'");
  private static final DateTimeFormatter GENERALIZED =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'");

  private Der() {}

  static byte[] sequence(byte[]... parts) {
    return value(0x30, concat(parts));
  }

  static byte[] set(byte[]... parts) {
    return value(0x31, concat(parts));
  }

  static byte[] integer(BigInteger number) {
    return value(0x02, number.toByteArray());
  }

  static byte[] integer(long number) {
    return integer(BigInteger.valueOf(number));
  }

  static byte[] bool(boolean b) {
    return value(0x01, new byte[] {(byte) (b ? 0xff : 0)});
  }

  static byte[] nothing() {
    return value(0x05);
  }

  static byte[] octets(byte[] content) {
    return value(0x04, content);
  }

  /**
   * @param unusedBits at the end of the last byte, 0 to 7
   */
  static byte[] bits(byte[] content, int unusedBits) {
    return value(0x03, concat(new byte[] {(byte) unusedBits}, content));
  }

  static byte[] utf8(String text) {
    return value(0x0c, text.getBytes(StandardCharsets.UTF_8));
  }

  /** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5). */
  static byte[] time(Instant instant) {
    ZonedDateTime at = instant.atZone(ZoneOffset.UTC);
    return at.getYear() < 2050
        ? value(0x17, UTC.format(at).getBytes(StandardCharsets.US_ASCII))
        : value(0x18, GENERALIZED.format(at).getBytes(StandardCharsets.US_ASCII));
  }

  /** An object identifier in dots. */
  static byte[] oid(String dotted) {
    String[] arcs = dotted.split("\\.");
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    base128(content, Long.parseLong(arcs[0]) * 40 + Long.parseLong(arcs[1]));
    for (int i = 2; i < arcs.length; i++) {
      base128(content, Long.parseLong(arcs[i]));
    }
    return value(0x06, content.toByteArray());
  }

  /**
   * {@code [number]} around complete values, or (implicit) instead of the tag of a constructed one.
   */
  static byte[] constructed(int number, byte[]... parts) {
    return value(0xa0 | number, concat(parts));
  }

  /** {@code [number]} instead of the tag of a primitive value. */
  static byte[] primitive(int number, byte[] content) {
    return value(0x80 | number, content);
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] value(int tag, byte... content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 6);
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      byte[] length = BigInteger.valueOf(content.length).toByteArray();
      int from = length[0] == 0 ? 1 : 0;
      out.write(0x80 | (length.length - from));
      out.write(length, from, length.length - from);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static void base128(ByteArrayOutputStream out, long number) {
    int groups = Math.max(1, (70 - Long.numberOfLeadingZeros(number)) / 7);
    for (int i = groups - 1; i >= 0; i--) {
      out.write((int) (number >>> (7 * i) & 0x7f) | (i > 0 ? 0x80 : 0));
    }
  }
}
