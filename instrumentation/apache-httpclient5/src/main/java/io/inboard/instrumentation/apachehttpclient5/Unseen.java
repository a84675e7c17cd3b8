// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import java.io.IOException;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;

/** Of a call that is left alone, where the hook must let the library pass. */
record Unseen(AsyncExecCallback own) implements AsyncExecCallback {
  @Override
  public AsyncDataConsumer handleResponse(HttpResponse response, EntityDetails details)
      throws HttpException, IOException {
    return own.handleResponse(response, details);
  }

  @Override
  public void handleInformationResponse(HttpResponse response) throws HttpException, IOException {
    own.handleInformationResponse(response);
  }

  @Override
  public void completed() {
    own.completed();
  }

  @Override
  public void failed(Exception cause) {
    own.failed(cause);
  }
}
