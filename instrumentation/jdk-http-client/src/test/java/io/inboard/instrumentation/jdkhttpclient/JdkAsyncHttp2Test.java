// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import java.net.http.HttpClient;

final class JdkAsyncHttp2Test extends JdkAsyncContract {
  JdkAsyncHttp2Test() {
    super(HttpClient.Version.HTTP_2);
  }
}
