// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.call;
import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.constructor;
import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.field;
import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.ifThere;
import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.method;
import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.setter;
import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.staticMethod;
import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.type;
import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.typeIfThere;
import static io.inboard.instrumentation.jdkhttpclient.JdkHandles.unchecked;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.net.Authenticator.RequestorType;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;

/**
 * The members of {@code jdk.internal.net.http} that the adapter uses, as they are in JDK 17 to 27.
 * Package-private there, hence method handles, resolved once; {@link JdkHttpClientHooks} names them
 * as witnesses, so this class is not loaded where one is missing.
 */
final class Internals {
  private static final Class<?> MULTI = type("MultiExchange");
  private static final Class<?> TRACKER = type("MultiExchange$ConnectTimeoutTracker");
  private static final Class<?> EXCHANGE = type("Exchange");
  private static final Class<?> IMPL = type("ExchangeImpl");
  private static final Class<?> REQUEST = type("HttpRequestImpl");
  private static final Class<?> CONNECTION = type("HttpConnection");
  private static final Class<?> TLS_CONNECTION = type("AbstractAsyncSSLConnection");
  private static final Class<?> STREAM = type("Stream");
  private static final Class<?> HTTP2 = type("Http2Connection");
  private static final Class<?> GO_AWAY = type("frame.GoAwayFrame");
  private static final Class<?> HTTP1 = type("Http1Exchange");
  private static final Class<?> HTTP1_STATE = type("Http1Exchange$State");
  private static final Class<?> RECEIVER = type("Http1AsyncReceiver");
  private static final Class<?> RESPONSE = type("Response");
  private static final Class<?> CLIENT = type("HttpClientImpl");
  private static final Class<?> EXECUTOR = type("HttpClientImpl$DelegatingExecutor");
  private static final Class<?> BUILDER = type("common.HttpHeadersBuilder");
  private static final Class<?> EXPIRED = type("common.ConnectionExpiredException");
  private static final Class<?> CACHE_KEY = type("ConnectionPool$CacheKey");

  /** Since 26; null before, as what is found in it. */
  private static final Class<?> RETRY = typeIfThere("MultiExchange$RetryContext");

  private static final MethodHandle RETRY_CAUSE =
      RETRY == null ? null : method(RETRY, "requestFailureCause", Throwable.class);
  private static final MethodHandle NO_RETRY =
      RETRY == null ? null : staticMethod(RETRY, "doNotRetry", RETRY, Throwable.class);

  private static final MethodHandle MULTI_OF = field(EXCHANGE, "multi", MULTI);
  private static final MethodHandle REQUEST_OF = field(EXCHANGE, "request", REQUEST);
  private static final MethodHandle CLIENT_OF = field(EXCHANGE, "client", CLIENT);
  private static final MethodHandle IMPL_OF = field(EXCHANGE, "exchImpl", IMPL);
  private static final MethodHandle SET_IMPL = setter(EXCHANGE, "exchImpl", IMPL);
  private static final MethodHandle IGNORED =
      field(EXCHANGE, "bodyIgnored", CompletableFuture.class);
  private static final MethodHandle SET_IGNORED =
      setter(EXCHANGE, "bodyIgnored", CompletableFuture.class);
  private static final MethodHandle NEW_EXCHANGE = constructor(EXCHANGE, REQUEST, MULTI);
  private static final MethodHandle NEW_REQUEST =
      constructor(REQUEST, HttpRequest.class, ProxySelector.class);
  private static final MethodHandle PUSHES = field(EXCHANGE, "pushGroup", type("PushGroup"));
  private static final MethodHandle SET_EXCHANGE =
      method(MULTI, "setExchange", void.class, EXCHANGE);
  private static final MethodHandle TRACKER_OF = field(MULTI, "connectTimeout", TRACKER);
  private static final MethodHandle RESET = method(TRACKER, "reset", void.class);
  private static final MethodHandle SEND =
      method(EXCHANGE, "responseAsyncImpl", CompletableFuture.class, CONNECTION);
  private static final MethodHandle CANCEL =
      method(EXCHANGE, "cancel", void.class, IOException.class);
  private static final MethodHandle IGNORE_BODY =
      method(EXCHANGE, "ignoreBody", CompletableFuture.class);
  private static final MethodHandle VERSION_OF =
      method(EXCHANGE, "version", HttpClient.Version.class);
  private static final MethodHandle NEW_RESPONSE =
      constructor(
          RESPONSE,
          REQUEST,
          EXCHANGE,
          HttpHeaders.class,
          CONNECTION,
          int.class,
          HttpClient.Version.class);
  private static final MethodHandle EXCHANGE_OF = field(IMPL, "exchange", EXCHANGE);
  private static final MethodHandle CONNECTION_OF = method(IMPL, "connection", CONNECTION);

  /** Missing from older updates of JDK 17 (17.0.15 for one) and, moved, from 26: null there. */
  private static final MethodHandle UNPROCESSED =
      ifThere(IMPL, "isUnprocessedByPeer", boolean.class);

  /** Since 26; null before. */
  private static final MethodHandle UNPROCESSED_EXCHANGE =
      ifThere(EXCHANGE, "isUnprocessedByPeer", boolean.class);

  /** Whether the application gave credentials itself; where the JDK does not ask, null. */
  private static final MethodHandle GAVE =
      ifThere(REQUEST, "getUserSetAuthFlag", boolean.class, RequestorType.class);

  private static final MethodHandle SET_GAVE =
      ifThere(REQUEST, "setUserSetAuthFlag", void.class, RequestorType.class, boolean.class);

  private static final MethodHandle CONNECTED = method(CONNECTION, "connected", boolean.class);
  private static final MethodHandle CHANNEL = channelOf();
  private static final MethodHandle CLOSE = method(CONNECTION, "close", void.class);
  private static final MethodHandle ADDRESS =
      method(CONNECTION, "address", InetSocketAddress.class);
  private static final MethodHandle ENGINE = method(TLS_CONNECTION, "getEngine", SSLEngine.class);
  private static final MethodHandle STREAM_ID = field(STREAM, "streamid", int.class);
  private static final MethodHandle STREAM_CONNECTION = field(STREAM, "connection", HTTP2);
  private static final MethodHandle LAST_STREAM = method(GO_AWAY, "getLastStream", int.class);
  private static final MethodHandle STATE = field(HTTP1, "state", HTTP1_STATE);
  private static final MethodHandle RECEIVER_OF = field(HTTP1, "asyncReceiver", RECEIVER);
  private static final MethodHandle RECEIVED = field(RECEIVER, "received", AtomicLong.class);
  private static final MethodHandle STATUS = method(RESPONSE, "statusCode", int.class);
  private static final MethodHandle VERSION = method(RESPONSE, "version", HttpClient.Version.class);
  private static final MethodHandle HEADERS = method(RESPONSE, "headers", HttpHeaders.class);
  private static final MethodHandle THE_EXECUTOR = method(CLIENT, "theExecutor", EXECUTOR);
  private static final MethodHandle DELEGATE = method(EXECUTOR, "delegate", Executor.class);
  private static final MethodHandle PROXY = method(REQUEST, "proxy", InetSocketAddress.class);
  private static final MethodHandle WEB_SOCKET = method(REQUEST, "isWebSocket", boolean.class);
  private static final MethodHandle SYSTEM_HEADERS =
      method(REQUEST, "getSystemHeadersBuilder", BUILDER);
  private static final MethodHandle MAP = method(BUILDER, "map", Map.class);
  private static final MethodHandle DESTINATION =
      field(CACHE_KEY, "destination", InetSocketAddress.class);

  private Internals() {}

  /** Of HTTP/3, since 26, a channel need not be one of a socket. */
  private static MethodHandle channelOf() {
    MethodHandle older = ifThere(CONNECTION, "channel", SocketChannel.class);
    return older != null ? older : method(CONNECTION, "channel", NetworkChannel.class);
  }

  static Object multi(Object exchange) {
    return call(MULTI_OF, exchange);
  }

  static Object request(Object exchange) {
    return call(REQUEST_OF, exchange);
  }

  /**
   * Another exchange of a request. A second attempt through the same exchange would inherit its
   * cancellation and its connection.
   */
  static Object exchange(Object request, Object multi) {
    return call(NEW_EXCHANGE, request, multi);
  }

  /**
   * Puts an exchange in the place of the conversation's current one: that one is released, and this
   * one is cancelled if the conversation was.
   */
  static void setExchange(Object multi, Object exchange) {
    call(SET_EXCHANGE, multi, exchange);
  }

  /** Whether pushed responses of a conversation go to the application. */
  static boolean takesPushes(Object exchange) {
    return call(PUSHES, exchange) != null;
  }

  /** The JDK's form of a request. */
  static Object copy(HttpRequest request) {
    return call(NEW_REQUEST, request, null);
  }

  /** Sends the request; the future fails or holds the response head. */
  @SuppressWarnings("unchecked")
  static CompletableFuture<Object> send(Object exchange) {
    return (CompletableFuture<Object>) call(SEND, exchange, null);
  }

  /** Lets the JDK, which holds on to its first exchange, read the response of a later one. */
  static void adopt(Object first, Object exchange) {
    call(SET_IMPL, first, call(IMPL_OF, exchange));
    call(SET_IGNORED, first, call(IGNORED, exchange));
  }

  /**
   * Leaves the JDK no reason for a retry of its own after a stream that the server refused. Since
   * 26 there is one place that decides about all retries, which {@link #noRetry} is for.
   */
  static void hideUnprocessed(Object exchange) {
    Object impl = call(IMPL_OF, exchange);
    if (RETRY == null && impl != null && isUnprocessed(impl)) {
      call(SET_IMPL, exchange, null);
    }
  }

  static void cancel(Object exchange, IOException cause) {
    call(CANCEL, exchange, cause);
  }

  static void cancelUnlessConnected(Object exchange, Duration after) {
    Object impl = impl(exchange);
    if (impl == null || !isConnected(call(CONNECTION_OF, impl))) {
      cancel(
          exchange,
          new HttpConnectTimeoutException("no connection within " + after.toMillis() + " ms"));
    }
  }

  /** Reads or resets the rest of a response that is not needed. */
  static CompletableFuture<?> ignoreBody(Object exchange) {
    return (CompletableFuture<?>) call(IGNORE_BODY, exchange);
  }

  /** The version of HTTP that an exchange is meant to use. */
  static HttpClient.Version version(Object exchange) {
    return (HttpClient.Version) call(VERSION_OF, exchange);
  }

  /** A response head as if it had come over a connection; null: over none. */
  static Object response(
      Object exchange,
      Object request,
      int status,
      HttpHeaders headers,
      Object connection,
      HttpClient.Version version) {
    try {
      return (Object)
          NEW_RESPONSE.invokeExact(
              request, exchange, (Object) headers, connection, (Object) status, (Object) version);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** The version of HTTP that a response speaks, as spans have it: {@code 1.1}, {@code 2}. */
  static String protocol(Object response) {
    HttpClient.Version version = (HttpClient.Version) call(VERSION, response);
    return version == HttpClient.Version.HTTP_1_1
        ? "1.1"
        : version == HttpClient.Version.HTTP_2 ? "2" : "3";
  }

  /** The head of a copy's response, as that of another exchange and its request. */
  static Object responseOf(Object exchange, Object request, Object response, Object connection) {
    return response(
        exchange,
        request,
        status(response),
        headers(response),
        connection,
        (HttpClient.Version) call(VERSION, response));
  }

  /** Makes the JDK believe that the body of a response was dealt with already. */
  static void hideBody(Object exchange) {
    call(SET_IGNORED, exchange, CompletableFuture.completedFuture(null));
  }

  /**
   * The JDK counts its connect timeout over all that it calls one request; after an attempt that
   * was connected it starts anew, as after a retry of the JDK's own.
   */
  static void restartConnectTimeout(Object multi) {
    Object tracker = call(TRACKER_OF, multi);
    if (tracker != null) {
      call(RESET, tracker);
    }
  }

  /**
   * What carries an exchange: a {@code Http1Exchange} or a {@code Stream}; null until it is known.
   */
  static Object impl(Object exchange) {
    return call(IMPL_OF, exchange);
  }

  /** The exchange that it carries. */
  static Object exchangeOf(Object impl) {
    return call(EXCHANGE_OF, impl);
  }

  static Object connection(Object impl) {
    return call(CONNECTION_OF, impl);
  }

  /** True once TCP and TLS are established. */
  static boolean isConnected(Object connection) {
    return (boolean) call(CONNECTED, connection);
  }

  /** Of TCP, under TLS, too: HTTP/1.1 goes over no other. */
  static SocketChannel channel(Object connection) {
    return (SocketChannel) call(CHANNEL, connection);
  }

  static void close(Object connection) {
    call(CLOSE, connection);
  }

  static InetSocketAddress address(Object connection) {
    return (InetSocketAddress) call(ADDRESS, connection);
  }

  /** The engine of a TLS connection; null of any other. */
  static SSLEngine engine(Object connection) {
    return TLS_CONNECTION.isInstance(connection) ? (SSLEngine) call(ENGINE, connection) : null;
  }

  static boolean isStream(Object impl) {
    return STREAM.isInstance(impl);
  }

  /** 0 until the stream's headers are about to be written. */
  static int streamId(Object stream) {
    return (int) call(STREAM_ID, stream);
  }

  /** The connection that a stream belongs to; not the {@link #connection} below it. */
  static Object streamConnection(Object stream) {
    return call(STREAM_CONNECTION, stream);
  }

  /** The last stream that a GOAWAY frame says was processed. */
  static int lastStream(Object goAway) {
    return (int) call(LAST_STREAM, goAway);
  }

  static boolean isHttp1(Object impl) {
    return HTTP1.isInstance(impl);
  }

  /** Whether the head of an HTTP/1.1 request was handed to the connection. */
  static boolean isHeadQueued(Object http1) {
    return !((Enum<?>) call(STATE, http1)).name().equals("INITIAL");
  }

  /** Whether that head was not taken yet to be written. */
  static boolean isHeadNext(Object http1) {
    return ((Enum<?>) call(STATE, http1)).name().equals("HEADERS");
  }

  /** How many bytes of a response an HTTP/1.1 exchange has received. */
  static long received(Object http1) {
    return ((AtomicLong) call(RECEIVED, call(RECEIVER_OF, http1))).get();
  }

  /** Whether the server said that it did not process a stream; false where the JDK cannot tell. */
  static boolean isUnprocessed(Object impl) {
    return UNPROCESSED_EXCHANGE != null
        ? (boolean) call(UNPROCESSED_EXCHANGE, exchangeOf(impl))
        : UNPROCESSED != null && (boolean) call(UNPROCESSED, impl);
  }

  static int status(Object response) {
    return (int) call(STATUS, response);
  }

  static HttpHeaders headers(Object response) {
    return (HttpHeaders) call(HEADERS, response);
  }

  /** The client's executor itself: always another thread than the selector's. */
  static Executor executor(Object exchange) {
    return (Executor) call(DELEGATE, call(THE_EXECUTOR, call(CLIENT_OF, exchange)));
  }

  static boolean isProxied(Object request) {
    return call(PROXY, request) != null;
  }

  static boolean isWebSocket(Object request) {
    return (boolean) call(WEB_SOCKET, request);
  }

  /** The headers that the JDK sends of its own, modifiable. */
  @SuppressWarnings("unchecked")
  static Map<String, List<String>> systemHeaders(Object request) {
    return (Map<String, List<String>>) call(MAP, call(SYSTEM_HEADERS, request));
  }

  static InetSocketAddress destination(Object cacheKey) {
    return (InetSocketAddress) call(DESTINATION, cacheKey);
  }

  /** Shows one request what the JDK has noted on another while it was sent. */
  static void copyGivenCredentials(Object from, Object to) {
    if (GAVE == null || SET_GAVE == null) {
      return;
    }
    for (RequestorType type : RequestorType.values()) {
      if ((boolean) call(GAVE, from, type)) {
        call(SET_GAVE, to, type, true);
      }
    }
  }

  /** The error in a {@code RetryContext}, which the application sees if nothing is repeated. */
  static Throwable retryCause(Object retry) {
    return (Throwable) call(RETRY_CAUSE, retry);
  }

  /** A {@code RetryContext} that ends the conversation with this error. */
  static Object noRetry(Throwable error) {
    return call(NO_RETRY, error);
  }

  /** The error that the application is meant to see. */
  static Throwable withoutRetryMarker(Throwable error) {
    return EXPIRED.isInstance(error) && error.getCause() != null ? error.getCause() : error;
  }
}
