// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

/**
 * Hashes of keys and addresses: the same in every JVM, or clients would disagree on who serves a
 * key. FNV-1a over the characters, mixed by MurmurHash3's finalizer, which spreads what differs in
 * the last character only. Not for secrets.
 */
public final class Hashing {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Hashing() {}

  /** Of a part of a text; never {@link Balancer#NO_KEY}. */
  public static long of(String text, int from, int to) {
    long h = FNV_OFFSET;
    for (int i = from; i < to; i++) {
      h = (h ^ text.charAt(i)) * FNV_PRIME;
    }
    long mixed = mix(h);
    return mixed == Balancer.NO_KEY ? 1 : mixed;
  }

  /** Of a text; never {@link Balancer#NO_KEY}. */
  public static long of(String text) {
    return of(text, 0, text.length());
  }

  /** Spreads a number over all 64 bits, one to one. */
  static long mix(long z) {
    long x = (z ^ (z >>> 33)) * 0xff51afd7ed558ccdL;
    x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return x ^ (x >>> 33);
  }
}
