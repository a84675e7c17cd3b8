// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.StackContract;
import java.io.EOFException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;

/** Of a call that a thread waits for. */
final class StackTest extends StackContract {
  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected Class<? extends Exception> timeoutError() {
    return TimeoutException.class;
  }

  @Override
  protected Response send(Request request) {
    throw new UnsupportedOperationException("these tests want the library's error");
  }

  @Override
  protected String libraryFrames() {
    return "java[.]|jdk[.]internal[.]|sun[.]|org[.]eclipse[.]jetty[.]";
  }

  /** Jetty says of a connection all that it knows. */
  @Override
  protected String sameEachTime(String message) {
    return message.replaceFirst("HttpConnectionOverHTTP@.*", "HttpConnectionOverHTTP");
  }

  @Override
  protected Throwable error(String url, Trouble trouble) throws Exception {
    try {
      Application.HERE.sendAndWait(Request.post(url, "body").readTimeout(Duration.ofMillis(700)));
    } catch (ExecutionException e) {
      // It is chance which of two readers Jetty lets meet the end of what is no TLS.
      return trouble == Trouble.TLS && e.getCause() instanceof EOFException
          ? new SSLHandshakeException("Abruptly closed by peer")
          : e.getCause();
    } catch (TimeoutException e) {
      return e;
    }
    throw new AssertionError("no error");
  }
}
