// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

/** The oldest. */
final class OldestRoutedTest extends RoutedContract {
  OldestRoutedTest() {
    super("4.5.0");
  }
}
