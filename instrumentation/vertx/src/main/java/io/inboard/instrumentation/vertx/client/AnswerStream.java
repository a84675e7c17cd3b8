// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.Step;
import io.inboard.call.client.AnswerHead;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * An answer of the mesh as the stream of a request that leads nowhere: what the application writes
 * is taken, and at its end the answer comes. A proxy, since the methods of a stream differ between
 * the versions of the library; so is its connection. Guarded by this, but for what it tells.
 */
final class AnswerStream implements InvocationHandler {
  /** How often the body waits for the application to want it, a millisecond each. */
  private static final int WAITS = 1000;

  private final Vertx vertx;
  private final Context context;
  private final AnswerHead head;
  private final Supplier<HttpClientResponse> response;
  private final Map<String, Handler<Object>> handlers = new HashMap<>();
  private Object connection;
  private boolean asked;

  /** How many pieces the application takes; there is one. */
  private long demand = Long.MAX_VALUE;

  private boolean headTold;
  private boolean over;
  private int waited;

  private AnswerStream(
      Vertx vertx, Context context, AnswerHead head, Supplier<HttpClientResponse> response) {
    this.vertx = vertx;
    this.context = context;
    this.head = head;
    this.response = response;
  }

  /**
   * The request that is answered so, once it is sent.
   *
   * @param options with method, host, port and URI
   * @param response what the library makes of it, once it has
   */
  static HttpClientRequest request(
      Client client,
      RequestOptions options,
      Context context,
      Step.Answer answer,
      Supplier<HttpClientResponse> response) {
    AnswerHead head = AnswerHead.of(answer, String.valueOf(options.getMethod()));
    AnswerStream stream = new AnswerStream(client.vertx(), context, head, response);
    Class<?> type = type();
    Object it = Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, stream);
    Class<?> connected = returned(type, "connection");
    InvocationHandler nothing = stream::ofConnection;
    Object connection =
        Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {connected}, nothing);
    stream.connection = connection;
    HostAndPort server = HostAndPort.create(options.getHost(), options.getPort());
    if (Members.OF_AUTHORITY.isThere()) {
      return (HttpClientRequest)
          Members.OF_AUTHORITY.call(client.it(), server, connection, it, options);
    }
    if (Members.OF_OPTIONS.isThere()) {
      return (HttpClientRequest) Members.OF_OPTIONS.call(client.it(), connection, it, options);
    }
    HttpClientRequest made = (HttpClientRequest) Members.OF_STREAM.call(client.it(), it);
    made.setMethod(options.getMethod());
    made.authority(server);
    made.setURI(options.getURI());
    if (options.getHeaders() != null) {
      made.headers().setAll(options.getHeaders());
    }
    if (options.getFollowRedirects() != null) {
      made.setFollowRedirects(options.getFollowRedirects());
    }
    return made;
  }

  private static Class<?> type() {
    try {
      return Class.forName(Members.STREAM_TYPE, false, AnswerStream.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static Class<?> returned(Class<?> type, String method) {
    try {
      return type.getMethod(method).getReturnType();
    } catch (NoSuchMethodException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) {
    String name = method.getName();
    switch (name) {
      case "connection":
        return connection;
      case "context", "getContext":
        return context;
      case "version":
        return HttpVersion.HTTP_1_1;
      case "isWritable":
        return true;
      case "writeHead":
        ends((boolean) arguments[3]);
        break;
      case "writeBuffer", "writeChunk":
        ends((boolean) arguments[1]);
        break;
      case "pause", "doPause":
        takes(0);
        break;
      case "fetch", "doFetch":
        takes((long) arguments[0]);
        break;
      default:
        if (name.endsWith("Handler") && arguments != null && arguments.length == 1) {
          keep(name, arguments[0]);
        }
    }
    tellThatItIsDone(arguments);
    return result(proxy, method, arguments);
  }

  /** Its connection: what it knows, and nothing else. */
  private Object ofConnection(Object proxy, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "newHttpRequestHeaders" -> HttpHeaders.headers();
      case "context", "getContext" -> context;
      case "isValid" -> true;
      default -> result(proxy, method, arguments);
    };
  }

  @SuppressWarnings("unchecked")
  private synchronized void keep(String name, Object handler) {
    handlers.put(name, (Handler<Object>) handler);
  }

  private synchronized Handler<Object> handler(String name, String before) {
    Handler<Object> found = handlers.get(name);
    return found == null ? handlers.getOrDefault(before, nothing -> {}) : found;
  }

  private void ends(boolean end) {
    if (end) {
      synchronized (this) {
        asked = true;
      }
      context.runOnContext(nothing -> tell());
    }
  }

  private void takes(long pieces) {
    synchronized (this) {
      demand = pieces;
    }
    if (pieces > 0) {
      context.runOnContext(nothing -> tell());
    }
  }

  /** As far as the application takes it; in its context, one after another. */
  private void tell() {
    if (begins()) {
      handler("headHandler", "").handle(responseHead());
    }
    if (isTooEarly()) {
      vertx.setTimer(1, id -> tell());
    } else if (goesOn()) {
      if (head.body().length > 0) {
        handler("dataHandler", "chunkHandler").handle(Buffer.buffer(head.body()));
      }
      handler("trailersHandler", "endHandler").handle(MultiMap.caseInsensitiveMultiMap());
      handler("closeHandler", "").handle(null);
    }
  }

  /**
   * Whether the application has the response, and has not said what is to become of its body. One
   * that is no thread of the library's says so late, and nothing keeps a body for it.
   */
  private synchronized boolean isTooEarly() {
    HttpClientResponse made = response.get();
    boolean now =
        headTold
            && !over
            && waited < WAITS
            && made != null
            && Members.EVENT_HANDLER.get(made) == null;
    waited += now ? 1 : 0;
    return now;
  }

  private synchronized boolean begins() {
    boolean now = asked && !headTold;
    headTold = headTold || now;
    return now;
  }

  private synchronized boolean goesOn() {
    boolean now = headTold && !over && demand > 0;
    over = over || now;
    return now;
  }

  private Object responseHead() {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    head.headers().forEach(headers::set);
    return Members.NEW_HEAD.arity() == 4
        ? Members.NEW_HEAD.call(HttpVersion.HTTP_1_1, head.status(), head.reason(), headers)
        : Members.NEW_HEAD.call(head.status(), head.reason(), headers);
  }

  /** Who waits for what was written. */
  @SuppressWarnings("unchecked")
  private void tellThatItIsDone(Object[] arguments) {
    int last = arguments == null ? -1 : arguments.length - 1;
    if (last > 0 && arguments[last] instanceof Handler<?> waits) {
      ((Handler<AsyncResult<Void>>) waits).handle(Future.succeededFuture());
    }
  }

  /** What a method of no interest gives. */
  private static Object result(Object proxy, Method method, Object[] arguments) {
    Class<?> type = method.getReturnType();
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "hashCode" -> System.identityHashCode(proxy);
        case "equals" -> proxy == arguments[0];
        default -> "answer of the mesh";
      };
    }
    if (type == boolean.class) {
      return false;
    }
    if (type == long.class) {
      return 0L;
    }
    if (type == int.class) {
      return 0;
    }
    if (type == Future.class) {
      return Future.succeededFuture();
    }
    return type.isInstance(proxy) ? proxy : null;
  }
}
