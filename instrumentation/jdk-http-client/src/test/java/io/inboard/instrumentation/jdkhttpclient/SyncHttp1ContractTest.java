// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import java.net.http.HttpClient;

final class SyncHttp1ContractTest extends JdkHttpClientContract {
  SyncHttp1ContractTest() {
    super(HttpClient.Version.HTTP_1_1);
  }
}
