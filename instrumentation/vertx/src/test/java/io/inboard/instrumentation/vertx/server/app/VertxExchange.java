// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server.app;

import io.inboard.contract.Exchange;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** A request that was read as a whole. */
final class VertxExchange implements Exchange {
  private final Vertx vertx;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final byte[] body;

  VertxExchange(Vertx vertx, HttpServerRequest request, byte[] body) {
    this.vertx = vertx;
    this.request = request;
    this.response = request.response();
    this.body = body;
  }

  @Override
  public String path() {
    String path = request.uri().replaceFirst("^[A-Za-z]+://[^/?#]*(?=/)", "");
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  @Override
  public List<String> headers(String name) {
    return request.headers().getAll(name);
  }

  @Override
  public InputStream body() {
    return new ByteArrayInputStream(body);
  }

  @Override
  public void header(String name, String value) {
    response.putHeader(name, value);
  }

  @Override
  public OutputStream respond(int status, long length) {
    response.setStatusCode(status);
    if (length < 0) {
      response.setChunked(true);
    }
    return new ByteArrayOutputStream() {
      private boolean closed;

      @Override
      public void flush() {
        response.write(Buffer.buffer(toByteArray()));
        reset();
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          response.end(Buffer.buffer(toByteArray()));
        }
      }
    };
  }

  @Override
  public void respondFile(File file) {
    response.sendFile(file.getPath());
  }

  /** The blocking code of Vert.x, on its worker threads. */
  @Override
  public void async(Rest rest) {
    vertx
        .executeBlocking(
            () -> {
              rest.run(this);
              return null;
            })
        .onFailure(
            error -> {
              throw new UncheckedIOException(new IOException(error));
            });
  }
}
