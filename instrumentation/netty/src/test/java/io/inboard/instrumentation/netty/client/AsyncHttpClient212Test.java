// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

/** The last of its line, which most have. */
final class AsyncHttpClient212Test extends AsyncHttpClientContract {
  AsyncHttpClient212Test() {
    super("2.12");
  }
}
