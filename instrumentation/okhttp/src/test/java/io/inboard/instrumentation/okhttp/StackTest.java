// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.StackContract;
import java.io.IOException;
import java.time.Duration;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;

/** Of a call that a thread waits for. */
final class StackTest extends StackContract {
  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the library itself");
  }

  @Override
  protected String libraryFrames() {
    return "java[.]|jdk[.]internal[.]|sun[.]|okhttp3[.]|okio[.]";
  }

  @Override
  protected Throwable error(String url, Trouble trouble) {
    OkHttpClient client = new OkHttpClient.Builder().readTimeout(Duration.ofMillis(700)).build();
    RequestBody body = RequestBody.create(MediaType.get("text/plain"), "body");
    try {
      client.newCall(new okhttp3.Request.Builder().url(url).post(body).build()).execute().close();
    } catch (IOException e) {
      return e;
    }
    throw new AssertionError("no error");
  }
}
