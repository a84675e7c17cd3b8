// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.time;

/** Time that is handed in, so that a test can move it. Safe for use by any thread. */
public interface Clock {
  /** The JVM's clocks. */
  Clock SYSTEM =
      new Clock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public long epochMillis() {
          return System.currentTimeMillis();
        }
      };

  /** Monotonic nanoseconds from an arbitrary origin; compare by difference. */
  long nanos();

  /** Wall-clock milliseconds since 1970; for dates that a peer sent, nothing else. */
  long epochMillis();
}
