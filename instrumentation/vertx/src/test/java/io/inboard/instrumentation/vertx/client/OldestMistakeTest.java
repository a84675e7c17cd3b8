// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

/** The oldest. */
final class OldestMistakeTest extends VertxMistakeContract {
  OldestMistakeTest() {
    super(Application.OLDEST);
  }
}
