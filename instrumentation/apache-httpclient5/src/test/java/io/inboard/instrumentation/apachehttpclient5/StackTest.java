// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.StackContract;
import java.io.IOException;
import java.time.Duration;

/** Of a call that a thread waits for. */
final class StackTest extends StackContract {
  @Override
  protected String libraryName() {
    return ApacheHttpClient5Hooks.NAME;
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
    Application application = new Application();
    try {
      application.client.execute(
          Application.request(Request.post(url, "body").readTimeout(Duration.ofMillis(700))));
    } catch (IOException e) {
      return e;
    } finally {
      Pools.allGivenBack(application);
    }
    throw new AssertionError("no error");
  }
}
