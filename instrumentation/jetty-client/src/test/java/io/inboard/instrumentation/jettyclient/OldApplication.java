// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.util.FuturePromise;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * With Jetty 9.4, 10 or 11, whose classes are elsewhere than those that tests are compiled with.
 */
final class OldApplication implements Application {
  private static final String P = "org.eclipse.jetty.client.";

  private static final boolean SINCE_10 = exists("util.BytesRequestContent");
  private static final String KIND = SINCE_10 ? "RequestContent" : "ContentProvider";

  private final HttpClient client;

  OldApplication() {
    this(client());
  }

  /**
   * @param client which is started here
   */
  OldApplication(HttpClient client) {
    this.client = client;
    QueuedThreadPool threads = new QueuedThreadPool();
    threads.setDaemon(true);
    threads.setName("application");
    client.setExecutor(threads);
    try {
      client.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** 9.4 has no TLS if it is not told how, by a constructor that is gone since. */
  private static HttpClient client() {
    try {
      Constructor<HttpClient> withTls = HttpClient.class.getConstructor(SslContextFactory.class);
      return withTls.newInstance(new SslContextFactory.Client());
    } catch (NoSuchMethodException e) {
      return new HttpClient();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Response sendAndWait(Request request) throws Exception {
    return response(call(request(request), "send"));
  }

  @Override
  public Running begin(Request request) {
    CompletableFuture<Response> future = new CompletableFuture<>();
    try {
      Object of = request(request);
      Class<?> complete = type("api.Response$CompleteListener");
      // Buffers what it hears, as an application's own would.
      Object buffer = make(type("util.FutureResponseListener"), of);
      Object listener =
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              interfaces(buffer.getClass()),
              (proxy, method, arguments) -> {
                Object result = method.invoke(buffer, arguments);
                if (method.getName().equals("onComplete")) {
                  complete(buffer, future);
                }
                return result;
              });
      call(of, "send", complete, listener);
      return new Running(
          future, () -> quietly(of, "abort", Throwable.class, new CancellationException()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public List<String> heardAfterAborting(URI uri, Throwable cause) throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> complete = new CompletableFuture<>();
    Object of = request(Request.get(uri.toString()));
    Object listener =
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {type("api.Response$Listener")},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == Object.class) {
                return method.invoke(heard, arguments);
              }
              // 9.4 asks once more whether the body is wanted, where a head was held back.
              if (!method.getName().equals("onBeforeContent")) {
                heard.add(method.getName());
              }
              if (method.getName().equals("onBegin")) {
                call(arguments[0], "abort", Throwable.class, cause);
              } else if (method.getName().equals("onComplete")) {
                complete.complete(null);
              }
              return method.getReturnType() == boolean.class ? true : null;
            });
    call(of, "send", type("api.Response$CompleteListener"), listener);
    complete.get(20, TimeUnit.SECONDS);
    return heard;
  }

  @Override
  public InputStream stream(URI uri, Optional<InputStream> body) throws Exception {
    Object of = call(client, "newRequest", URI.class, uri);
    if (body.isPresent()) {
      call(of, "method", String.class, "POST");
      streamed(of, body.get());
    }
    Object listener = type("util.InputStreamResponseListener").getConstructor().newInstance();
    call(of, "send", type("api.Response$CompleteListener"), listener);
    listener
        .getClass()
        .getMethod("get", long.class, TimeUnit.class)
        .invoke(listener, 60L, TimeUnit.SECONDS);
    return (InputStream) call(listener, "getInputStream");
  }

  @Override
  public Own open(URI uri) throws Exception {
    Object destination =
        SINCE_10
            ? call(
                client,
                "resolveDestination",
                type("api.Request"),
                call(client, "newRequest", URI.class, uri))
            : HttpClient.class
                .getMethod("getDestination", String.class, String.class, int.class)
                .invoke(client, uri.getScheme(), uri.getHost(), uri.getPort());
    FuturePromise<Closeable> promise = new FuturePromise<>();
    type("api.Destination").getMethod("newConnection", Promise.class).invoke(destination, promise);
    return new OldOwn(promise.get(20, TimeUnit.SECONDS));
  }

  private final class OldOwn implements Own {
    private final Closeable connection;

    OldOwn(Closeable connection) {
      this.connection = connection;
    }

    @Override
    public Response send(Request request) throws Exception {
      Object of = request(request);
      Object listener = make(type("util.FutureResponseListener"), of);
      type("api.Connection")
          .getMethod("send", type("api.Request"), type("api.Response$CompleteListener"))
          .invoke(connection, of, listener);
      try {
        return response(((Future<?>) listener).get(20, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }
  }

  private static Class<?>[] interfaces(Class<?> of) {
    return new Class<?>[] {find("api.Response$Listener")};
  }

  private static void complete(Object buffer, CompletableFuture<Response> future) {
    try {
      future.complete(response(call(buffer, "get")));
    } catch (ExecutionException e) {
      future.completeExceptionally(e.getCause());
    } catch (Exception e) {
      future.completeExceptionally(e);
    }
  }

  private Object request(Request request) throws Exception {
    Object of = call(client, "newRequest", URI.class, request.uri());
    call(of, "method", String.class, request.method());
    for (var header : request.headers().entrySet()) {
      type("api.Request")
          .getMethod("header", String.class, String.class)
          .invoke(of, header.getKey(), header.getValue());
    }
    if (request.hasBody()) {
      body(of, request);
    }
    if (!request.readTimeout().isZero()) {
      type("api.Request")
          .getMethod("timeout", long.class, TimeUnit.class)
          .invoke(of, request.readTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }
    return of;
  }

  private static void body(Object of, Request request) throws Exception {
    if (request.oneShot()) {
      streamed(of, new ByteArrayInputStream(request.body()));
      return;
    }
    content(
        of,
        type("util.Bytes" + KIND)
            .getConstructor(byte[][].class)
            .newInstance((Object) new byte[][] {request.body()}));
  }

  private static void streamed(Object of, InputStream body) throws Exception {
    content(
        of, type("util.InputStream" + KIND).getConstructor(InputStream.class).newInstance(body));
  }

  private static void content(Object of, Object content) throws Exception {
    if (SINCE_10) {
      call(of, "body", type("api.Request$Content"), content);
    } else {
      call(of, "content", type("api.ContentProvider"), content);
    }
  }

  private static Response response(Object response) throws Exception {
    byte[] content = (byte[]) call(response, "getContent");
    return new Response((int) call(response, "getStatus"), content == null ? new byte[0] : content);
  }

  private static boolean exists(String name) {
    try {
      Class.forName(P + name);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(P + name);
  }

  private static Class<?> find(String name) {
    try {
      return type(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object make(Class<?> type, Object argument) throws Exception {
    for (Constructor<?> each : type.getConstructors()) {
      if (each.getParameterCount() == 1) {
        return each.newInstance(argument);
      }
    }
    throw new NoSuchMethodException(type.getName());
  }

  private static Object call(Object of, String name, Object... typeAndArgument) throws Exception {
    Method method =
        typeAndArgument.length == 0
            ? of.getClass().getMethod(name)
            : of.getClass().getMethod(name, (Class<?>) typeAndArgument[0]);
    method.setAccessible(true);
    try {
      return typeAndArgument.length == 0
          ? method.invoke(of)
          : method.invoke(of, typeAndArgument[1]);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static void quietly(Object of, String name, Class<?> type, Object argument) {
    try {
      call(of, name, type, argument);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
