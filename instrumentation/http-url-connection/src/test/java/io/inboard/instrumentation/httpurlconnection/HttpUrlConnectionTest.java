// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.contract.Capability;
import io.inboard.contract.ClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The contract, as an application uses the class by hand. */
final class HttpUrlConnectionTest extends ClientContract {
  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected Set<Capability> capabilities() {
    return EnumSet.allOf(Capability.class);
  }

  @Override
  protected Response send(Request request) throws Exception {
    return exchange(open(request), request);
  }

  @Override
  protected Running start(Request request) {
    CompletableFuture<Response> response = new CompletableFuture<>();
    try {
      HttpURLConnection connection = open(request);
      Thread thread =
          new Thread(
              () -> {
                try {
                  response.complete(exchange(connection, request));
                } catch (Throwable e) {
                  response.completeExceptionally(e);
                }
              },
              "application");
      thread.setDaemon(true);
      thread.start();
      return new Running(response, connection::disconnect);
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static HttpURLConnection open(Request request) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) request.uri().toURL().openConnection();
    connection.setRequestMethod(request.method());
    request.headers().forEach(connection::setRequestProperty);
    connection.setConnectTimeout((int) request.connectTimeout().toMillis());
    connection.setReadTimeout((int) request.readTimeout().toMillis());
    return connection;
  }

  static Response exchange(HttpURLConnection connection, Request request) throws IOException {
    if (request.hasBody()) {
      connection.setDoOutput(true);
      if (request.oneShot()) {
        connection.setFixedLengthStreamingMode(request.body().length);
      }
      try (OutputStream out = connection.getOutputStream()) {
        out.write(request.body());
      }
    }
    int status = connection.getResponseCode();
    try (InputStream in =
        status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
      return new Response(status, in == null ? new byte[0] : in.readAllBytes());
    }
  }
}
