// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import org.junit.jupiter.api.Tag;

/** The newest. */
@Tag("newest")
final class ResetTest extends VertxResetContract {
  ResetTest() {
    super(Application.NEWEST);
  }
}
