// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

/** The first of its line. */
final class OldestUndertow22Test extends UndertowContract {
  OldestUndertow22Test() {
    super("2.2.0.Final");
  }
}
