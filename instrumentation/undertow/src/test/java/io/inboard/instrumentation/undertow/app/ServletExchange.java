// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow.app;

import io.inboard.contract.Exchange;
import io.undertow.io.BufferWritableOutputStream;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.util.Collections;
import java.util.List;

/** A servlet's request in the words of the contract. */
record ServletExchange(HttpServletRequest request, HttpServletResponse response)
    implements Exchange {
  @Override
  public String path() {
    return request.getServletPath();
  }

  @Override
  public List<String> headers(String name) {
    return Collections.list(request.getHeaders(name));
  }

  @Override
  public InputStream body() throws IOException {
    return request.getInputStream();
  }

  @Override
  public void header(String name, String value) {
    response.setHeader(name, value);
  }

  @Override
  public OutputStream respond(int status, long length) throws IOException {
    response.setStatus(status);
    if (length >= 0) {
      response.setContentLengthLong(length);
    }
    return response.getOutputStream();
  }

  /** Where the connection allows it, without a copy. */
  @Override
  public void respondFile(File file) throws IOException {
    response.setContentLengthLong(file.length());
    try (FileChannel channel = FileChannel.open(file.toPath())) {
      ((BufferWritableOutputStream) response.getOutputStream()).transferFrom(channel);
    }
  }

  @Override
  public void async(Rest rest) {
    AsyncContext async = request.startAsync();
    new Thread(
            () -> {
              try {
                rest.run(this);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              } finally {
                complete(async);
              }
            },
            "application")
        .start();
  }

  /** A client that has its answer may have gone already, which completes the request, too. */
  private static void complete(AsyncContext async) {
    try {
      async.complete();
    } catch (IllegalStateException completed) {
      // As an application with a listener would have heard.
    }
  }
}
