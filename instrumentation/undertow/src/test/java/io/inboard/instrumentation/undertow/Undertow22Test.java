// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

/** The newest of its line. */
final class Undertow22Test extends UndertowContract {
  Undertow22Test() {
    super("2.2.40.Final");
  }
}
