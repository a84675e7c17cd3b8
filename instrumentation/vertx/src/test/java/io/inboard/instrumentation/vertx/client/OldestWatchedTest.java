// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

/** The oldest. */
final class OldestWatchedTest extends WatchedContract {
  OldestWatchedTest() {
    super("4.5.0");
  }
}
