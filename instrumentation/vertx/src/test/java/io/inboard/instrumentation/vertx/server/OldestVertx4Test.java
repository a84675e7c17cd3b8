// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

/** The oldest 4.5. */
final class OldestVertx4Test extends VertxContract {
  OldestVertx4Test() {
    super("4.5.0");
  }

  /** Seen with curl 7.88.1: it makes a new connection for the second resource. Why is not known. */
  @Override
  protected boolean curlKeepsHttp2() {
    return false;
  }
}
