// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import java.net.http.HttpClient;

final class SyncHttp2ContractTest extends JdkHttpClientContract {
  SyncHttp2ContractTest() {
    super(HttpClient.Version.HTTP_2);
  }
}
