// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

/** The newest of its line. */
final class Undertow23Test extends UndertowContract {
  Undertow23Test() {
    super(UndertowLoader.NEWEST);
  }
}
