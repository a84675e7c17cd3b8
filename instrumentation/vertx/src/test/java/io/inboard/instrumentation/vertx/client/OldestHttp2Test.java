// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

/** The oldest. */
final class OldestHttp2Test extends VertxHttp2Contract {
  OldestHttp2Test() {
    super(Application.OLDEST);
  }
}
