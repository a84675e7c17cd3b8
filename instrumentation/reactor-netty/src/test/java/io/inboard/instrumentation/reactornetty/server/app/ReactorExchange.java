// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server.app;

import io.inboard.contract.Exchange;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A request that was read as a whole; its response is what {@link #end} does. */
final class ReactorExchange implements Exchange {
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final byte[] body;

  /** Null before there is a response. */
  private Mono<Void> ending;

  ReactorExchange(HttpServerRequest request, HttpServerResponse response, byte[] body) {
    this.request = request;
    this.response = response;
    this.body = body;
  }

  Mono<Void> end() {
    return ending;
  }

  /** {@code fullPath}, which is decoded, loses what the tests look at. */
  @Override
  public String path() {
    String path = request.uri().replaceFirst("^(https?|wss?)://[^/?#]*(?=/)", "");
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  @Override
  public List<String> headers(String name) {
    return request.requestHeaders().getAll(name);
  }

  @Override
  public InputStream body() {
    return new ByteArrayInputStream(body);
  }

  @Override
  public void header(String name, String value) {
    response.header(name, value);
  }

  @Override
  public OutputStream respond(int status, long length) {
    response.status(status);
    if (length >= 0) {
      response.header("content-length", "" + length);
    }
    List<byte[]> pieces = new ArrayList<>();
    return new ByteArrayOutputStream() {
      @Override
      public void flush() {
        pieces.add(toByteArray());
        reset();
      }

      @Override
      public void close() throws IOException {
        flush();
        if (request.method().equals(HttpMethod.HEAD)) {
          ending = response.send().then();
        } else if (length < 0) {
          ending = response.sendByteArray(Flux.fromIterable(pieces)).then();
        } else {
          ending = response.sendByteArray(Mono.just(pieces.get(0))).then();
        }
      }
    };
  }

  @Override
  public void respondFile(File file) {
    response.header("content-length", "" + file.length());
    ending = response.sendFile(file.toPath()).then();
  }

  @Override
  public void async(Rest rest) {
    ending =
        Mono.<ReactorExchange>create(
                sink -> {
                  Thread thread =
                      new Thread(
                          () -> {
                            try {
                              ReactorExchange later = new ReactorExchange(request, response, body);
                              rest.run(later);
                              sink.success(later);
                            } catch (IOException e) {
                              sink.error(e);
                            }
                          });
                  thread.setDaemon(true);
                  thread.start();
                })
            .flatMap(ReactorExchange::end);
  }
}
