// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.StackContract;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityConsumer;
import org.apache.hc.core5.http.nio.support.BasicResponseConsumer;

/** Of a call that does not block. */
final class AsyncStackTest extends StackContract {
  @Override
  protected String libraryName() {
    return ApacheHttpClient5AsyncHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests want the library's error");
  }

  @Override
  protected String libraryFrames() {
    return "java[.]|jdk[.]internal[.]|sun[.]|org[.]apache[.]hc[.]";
  }

  @Override
  protected Throwable error(String url, Trouble trouble) throws Exception {
    AsyncApplication application = new AsyncApplication();
    try {
      application
          .client
          .execute(
              AsyncApplication.producer(
                  Request.post(url, "body").readTimeout(Duration.ofMillis(700))),
              new BasicResponseConsumer<>(new BasicAsyncEntityConsumer()),
              null,
              null)
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return e.getCause();
    } finally {
      application.close();
    }
    throw new AssertionError("no error");
  }
}
