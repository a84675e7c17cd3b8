// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The newest of its line; {@code -Dinboard.versions=all} runs it, too. The oldest of 2.2 and the
 * newest of 2.3 are what it lies between.
 */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Undertow22Test extends UndertowContract {
  Undertow22Test() {
    super("2.2.40.Final");
  }
}
