// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.StackContract;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Of a call that fails. */
final class AsyncStackTest extends StackContract {
  @Override
  protected String libraryName() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests want the library's error");
  }

  @Override
  protected String libraryFrames() {
    return "java[.]|jdk[.]internal[.]|sun[.]|org[.]apache[.]http[.]";
  }

  @Override
  protected Throwable error(String url, Trouble trouble) throws Exception {
    AsyncApplication application = new AsyncApplication();
    try {
      application
          .client
          .execute(
              AsyncApplication.request(
                  Request.post(url, "body").readTimeout(Duration.ofMillis(700))),
              null)
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return e.getCause();
    } finally {
      application.end();
    }
    throw new AssertionError("no error");
  }
}
