// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

/** The oldest. */
final class OldestClientTest extends VertxClientContract {
  OldestClientTest() {
    super(Application.OLDEST);
  }
}
