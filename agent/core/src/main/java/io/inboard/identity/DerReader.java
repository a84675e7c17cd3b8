// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.util.Arrays;

/**
 * Walks over DER values. Throws {@link IndexOutOfBoundsException} where the bytes end too early.
 * Not for use by several threads.
 */
final class DerReader {
  private final byte[] der;
  private final int end;
  private int at;

  DerReader(byte[] der) {
    this(der, 0, der.length);
  }

  private DerReader(byte[] der, int from, int end) {
    this.der = der;
    this.at = from;
    this.end = end;
  }

  boolean more() {
    return at < end;
  }

  int tag() {
    return der[at] & 0xff;
  }

  /** The values within the next one. */
  DerReader enter() {
    int from = contentStart();
    at = from + length();
    if (at > end) {
      throw new IndexOutOfBoundsException();
    }
    return new DerReader(der, from, at);
  }

  /** The next value, whole. */
  byte[] next() {
    int from = at;
    enter();
    return Arrays.copyOfRange(der, from, at);
  }

  DerReader skip() {
    enter();
    return this;
  }

  private int contentStart() {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
  }

  private int length() {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    if (first > 0x83) {
      throw new IndexOutOfBoundsException();
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = (length << 8) | (der[at + 2 + i] & 0xff);
    }
    return length;
  }
}
