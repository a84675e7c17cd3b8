// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a hash of text with a secret key. Who does not know
 * the key cannot make two texts with one hash, nor texts that land in one place of a table.
 * Immutable.
 */
final class SipHash {
  private final long k0;
  private final long k1;

  SipHash(long k0, long k1) {
    this.k0 = k0;
    this.k1 = k1;
  }

  /** Of the characters, each as two bytes, the lower one first. */
  long of(CharSequence text) {
    long v0 = k0 ^ 0x736f6d6570736575L;
    long v1 = k1 ^ 0x646f72616e646f6dL;
    long v2 = k0 ^ 0x6c7967656e657261L;
    long v3 = k1 ^ 0x7465646279746573L;
    int length = text.length();
    int whole = length & ~3;
    // Words of four characters, then one that holds what is left and the length in bytes, then the
    // end: no word and twice the rounds.
    for (int i = 0; i <= whole + 4; i += 4) {
      boolean end = i > whole;
      long word = i == whole ? (2L * length) << 56 : 0;
      for (int c = i; c < Math.min(i + 4, length); c++) {
        word |= (long) text.charAt(c) << (16 * (c - i));
      }
      v2 ^= end ? 0xff : 0;
      v3 ^= word;
      for (int round = 0; round < (end ? 4 : 2); round++) {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }
}
