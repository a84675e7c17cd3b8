// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import org.junit.jupiter.api.Tag;

/** The line of Java 11. */
@Tag("newest")
final class AsyncHttpClient30Test extends AsyncHttpClientContract {
  AsyncHttpClient30Test() {
    super("3.0");
  }
}
