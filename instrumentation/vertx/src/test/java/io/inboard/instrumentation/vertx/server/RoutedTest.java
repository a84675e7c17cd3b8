// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import org.junit.jupiter.api.Tag;

/** The newest. */
@Tag("newest")
final class RoutedTest extends RoutedContract {
  RoutedTest() {
    super("5.1.6");
  }
}
