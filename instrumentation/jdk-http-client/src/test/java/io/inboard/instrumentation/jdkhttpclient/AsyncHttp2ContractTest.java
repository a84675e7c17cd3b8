// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.contract.Request;
import io.inboard.contract.Running;
import java.net.http.HttpClient;

final class AsyncHttp2ContractTest extends JdkHttpClientContract {
  AsyncHttp2ContractTest() {
    super(HttpClient.Version.HTTP_2);
  }

  @Override
  protected Running start(Request request) {
    return startAsync(request);
  }
}
