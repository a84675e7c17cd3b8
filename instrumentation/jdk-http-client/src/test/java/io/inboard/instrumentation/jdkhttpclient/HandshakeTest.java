// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.contract.HandshakeContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;

final class HandshakeTest extends HandshakeContract {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Override
  protected String libraryName() {
    return JdkHttpClientHooks.NAME;
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return HttpTimeoutException.class;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return JdkHttpClientContract.response(
        client.send(JdkHttpClientContract.http(request), BodyHandlers.ofByteArray()));
  }
}
