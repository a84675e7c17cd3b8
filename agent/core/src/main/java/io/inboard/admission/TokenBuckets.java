// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A token bucket for each key, for at most {@link #MOST} keys at a time. Safe for use by any
 * thread; takes no lock.
 *
 * <p>A bucket is one number, the moment when it will be full again (the generic cell rate
 * algorithm, ITU-T I.371, with that number as its "theoretical arrival time"): each token that is
 * taken moves it on by the time that one token needs, and none is left when it is a whole bucket's
 * time ahead. A key is not kept, only its hash, which nobody outside can foresee: a key may be a
 * secret, or long.
 *
 * <p>Keys share places, {@link #WAYS} to a set that the hash chooses. A new key takes a place from
 * the one in its set whose bucket is, or will be, full first. Among callers that are not at their
 * limit this is the one that was not seen for longest, and its bucket being full, nothing is
 * forgotten. So a flood of keys that are made up costs no memory beyond the table, and it frees
 * nobody: each of them owes one token, so they take the places of each other and of those who owe
 * nothing. A caller who has used up its limit is forgotten only once all others in its set owe as
 * much, which means that they were let in as often as it was. (A bucket that is forgotten begins
 * anew as full: nobody is refused for the sake of another's keys.)
 */
final class TokenBuckets {
  static final int WAYS = 8;

  /** Some 2 MB when all are there: 24 bytes a bucket, 4 to 8 a place. */
  static final int MOST = 1 << 16;

  private static final AtomicLongFieldUpdater<Bucket> FULL_AT =
      AtomicLongFieldUpdater.newUpdater(Bucket.class, "fullAt");

  private final AtomicReferenceArray<Bucket> places;
  private final int sets;
  private final SipHash hash;

  /** With a key of the hash that nobody knows. */
  static TokenBuckets create() {
    SecureRandom random = new SecureRandom();
    return new TokenBuckets(MOST, new SipHash(random.nextLong(), random.nextLong()));
  }

  /**
   * @param most a power of two, {@link #WAYS} at least
   */
  TokenBuckets(int most, SipHash hash) {
    this.places = new AtomicReferenceArray<>(most);
    this.sets = most / WAYS;
    this.hash = hash;
  }

  /**
   * Takes a token from a key's bucket.
   *
   * @param now in nanoseconds; not negative, never before an earlier one by more than threads that
   *     overtake each other make
   * @param tokens that a full bucket holds
   * @param interval in which one comes back, in nanoseconds; the product fits into a {@code long}
   * @return 0: it was taken; else in how many nanoseconds there will be one
   */
  long take(CharSequence key, long now, int tokens, long interval) {
    Bucket bucket = bucket(hash.of(key));
    long most = interval * tokens;
    while (true) {
      long before = bucket.fullAt;
      // By an older, slower rate more may be owed than a bucket of this one holds: from now on no
      // more than that is, or the caller would wait for as long as that rate lasts.
      boolean owesMore = before > now + most;
      long fullAt = owesMore ? now + most : Math.max(now, before);
      long wait = fullAt + interval - most - now;
      if (wait > 0) {
        if (owesMore && !FULL_AT.compareAndSet(bucket, before, fullAt)) {
          continue;
        }
        return wait;
      }
      if (FULL_AT.compareAndSet(bucket, before, fullAt + interval)) {
        return 0;
      }
    }
  }

  /**
   * Two threads that come with the same new key at the same moment get the same bucket, but for the
   * case that the emptiest of its set has changed between their looks: then one token is taken from
   * a bucket that is soon forgotten.
   */
  private Bucket bucket(long hashed) {
    // The low bits choose the set, all of them tell keys apart.
    int first = ((int) hashed & (sets - 1)) * WAYS;
    while (true) {
      int place = first;
      Bucket fullest = null;
      for (int i = first; i < first + WAYS; i++) {
        Bucket there = places.get(i);
        if (there == null) {
          // Filled from the left, and never emptied: there are no others.
          place = i;
          fullest = null;
          break;
        }
        if (there.hash == hashed) {
          return there;
        }
        if (fullest == null || there.fullAt < fullest.fullAt) {
          fullest = there;
          place = i;
        }
      }
      Bucket fresh = new Bucket(hashed);
      if (places.compareAndSet(place, fullest, fresh)) {
        return fresh;
      }
    }
  }

  /** One key's. */
  private static final class Bucket {
    final long hash;

    /** When it is full; in the past: it is. Changed by {@link #FULL_AT}. */
    volatile long fullAt;

    Bucket(long hash) {
      this.hash = hash;
    }
  }
}
