// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.StackContract;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Of a class of the JDK. */
final class StackTest extends StackContract {
  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests use the class itself");
  }

  @Override
  protected String libraryFrames() {
    return "java[.]|jdk[.]internal[.]|sun[.]";
  }

  @Override
  protected Throwable error(String url, Trouble trouble) throws Exception {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setReadTimeout(700);
    connection.setDoOutput(true);
    try {
      connection.getOutputStream().write(1);
      connection.getInputStream().close();
    } catch (IOException e) {
      return e;
    }
    throw new AssertionError("no error");
  }
}
