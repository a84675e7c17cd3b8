// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.contract.Eventually.eventually;

/** The library's pool after calls. */
final class Pools {
  private Pools() {}

  /** Waits until no call has a connection. */
  static void allGivenBack(Application application) throws Exception {
    eventually(
        () -> application.pool.getTotalStats().getLeased() == 0,
        () -> "all connections given back: " + application.pool.getTotalStats());
    application.client.close();
  }
}
