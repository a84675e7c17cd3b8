// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import org.junit.jupiter.api.Tag;

/** The newest of its line. */
@Tag("newest")
final class Undertow23Test extends UndertowContract {
  Undertow23Test() {
    super(UndertowLoader.NEWEST);
  }
}
