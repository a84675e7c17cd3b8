// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import java.util.concurrent.atomic.LongAdder;

/** What a destination has seen since the start of this JVM. Safe for use by any thread. */
final class Counters {
  final LongAdder calls = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder timeouts = new LongAdder();
  final LongAdder perTryTimeouts = new LongAdder();
  final LongAdder rejected = new LongAdder();
}
