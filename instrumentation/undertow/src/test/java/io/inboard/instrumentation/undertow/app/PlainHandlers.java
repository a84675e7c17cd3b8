// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow.app;

import io.inboard.contract.Exchange;
import io.inboard.contract.PathHandlers;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.SampleApplication;
import io.undertow.io.IoCallback;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/** Applications of Undertow's own handlers, without servlets. */
final class PlainHandlers {
  private PlainHandlers() {}

  /** The sample application, which blocks. */
  static HttpHandler application(Optional<Executor> threads) {
    HttpHandler blocking =
        new HttpHandler() {
          @Override
          public void handleRequest(HttpServerExchange exchange) throws Exception {
            if (exchange.isInIoThread()) {
              exchange.dispatch(threads.orElse(null), this);
              return;
            }
            if (exchange.getRequestPath().equals("/throw")) {
              // Undertow keeps the connection, which the contract waits for to be closed.
              exchange.setPersistent(false);
            }
            exchange.startBlocking();
            if (exchange.getRequestPath().equals("/trailers")) {
              exchange.getInputStream().readAllBytes();
              exchange.getResponseSender().send(trailers(exchange));
              return;
            }
            if (exchange.getRequestPath().equals("/behind")) {
              exchange.getInputStream().readAllBytes();
              exchange.getResponseSender().send(judged(exchange.getRequestHeaders()));
              return;
            }
            SampleApplication.handle(new PlainExchange(exchange));
          }
        };
    // Who reads a body says so; servlets have that built in.
    return new HttpContinueReadHandler(blocking);
  }

  /** A handler for each path, which never leave the I/O thread. */
  static HttpHandler routed(Router router) {
    if (router != Router.SERVER && router != Router.DIRECTORIES) {
      return exchange ->
          run(
              exchange,
              // A listener that takes everything has decoded it.
              PathHandlers.choose(router, target(exchange).replace(" ", "%20")));
    }
    PathHandler paths = new PathHandler(exchange -> run(exchange, PathHandlers.UNKNOWN));
    for (String path : PathHandlers.PATHS) {
      paths.addPrefixPath(
          path,
          exchange ->
              run(
                  exchange,
                  router == Router.DIRECTORIES && exchange.getRelativePath().isEmpty()
                      ? PathHandlers.UNKNOWN
                      : path));
    }
    return paths;
  }

  /** Without scheme and host, as Undertow's servlets have it. */
  private static String target(HttpServerExchange exchange) {
    String uri = exchange.getRequestURI();
    if (!exchange.isHostIncludedInRequestURI()) {
      return uri;
    }
    int path = uri.indexOf('/', uri.indexOf("://") + "://".length());
    return path < 0 ? "/" : uri.substring(path);
  }

  /** What came behind the body, name by name. */
  private static String trailers(HttpServerExchange exchange) {
    HeaderMap trailers = exchange.getAttachment(HttpAttachments.REQUEST_TRAILERS);
    Map<String, String> all = new TreeMap<>();
    for (HeaderValues each : trailers == null ? new HeaderMap() : trailers) {
      all.put(each.getHeaderName().toString(), each.getFirst());
    }
    return all.toString();
  }

  /** What says who asks, and for which host, in all spellings. */
  private static String judged(HeaderMap headers) {
    Map<String, String> all = new TreeMap<>();
    for (HeaderValues each : headers) {
      String name = each.getHeaderName().toString();
      if (name.equalsIgnoreCase("host") || name.replace('_', '-').contains("client-cert")) {
        all.put(name, String.join(",", each));
      }
    }
    return all.toString();
  }

  private static void run(HttpServerExchange exchange, String handler) {
    exchange.getResponseSender().send(PathHandlers.run(handler));
  }

  /** An exchange of Undertow's in the words of the contract. */
  private record PlainExchange(HttpServerExchange exchange) implements Exchange {
    @Override
    public String path() {
      return exchange.getRequestPath();
    }

    @Override
    public List<String> headers(String name) {
      HeaderValues values = exchange.getRequestHeaders().get(name);
      return values == null ? List.of() : List.copyOf(values);
    }

    @Override
    public InputStream body() {
      return exchange.getInputStream();
    }

    @Override
    public void header(String name, String value) {
      exchange.getResponseHeaders().put(new HttpString(name), value);
    }

    @Override
    public OutputStream respond(int status, long length) {
      exchange.setStatusCode(status);
      if (length >= 0) {
        exchange.setResponseContentLength(length);
      }
      return exchange.getOutputStream();
    }

    /** Where the connection allows it, without a copy. */
    @Override
    public void respondFile(File file) throws IOException {
      exchange.setResponseContentLength(file.length());
      try (FileChannel channel = FileChannel.open(file.toPath())) {
        exchange.getResponseSender().transferFrom(channel, IoCallback.END_EXCHANGE);
      }
    }

    @Override
    public void async(Rest rest) {
      exchange.dispatch(
          SameThreadExecutor.INSTANCE,
          () ->
              new Thread(
                      () -> {
                        try {
                          rest.run(this);
                        } catch (IOException e) {
                          throw new IllegalStateException(e);
                        } finally {
                          exchange.endExchange();
                        }
                      },
                      "application")
                  .start());
    }
  }
}
