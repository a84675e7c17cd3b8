// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import java.io.IOException;
import java.net.Authenticator.RequestorType;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;

/** What is done with {@link JdkMembers}, in the JDK's public types. */
final class Internals {
  private static final boolean HAS_RETRY_CONTEXT = JdkMembers.NO_RETRY.isThere();
  private static final boolean EXCHANGE_KNOWS_UNPROCESSED =
      JdkMembers.UNPROCESSED_EXCHANGE.isThere();
  private static final boolean IMPL_KNOWS_UNPROCESSED = JdkMembers.UNPROCESSED.isThere();
  private static final boolean KNOWS_WHO_GAVE_CREDENTIALS =
      JdkMembers.GAVE.isThere() && JdkMembers.SET_GAVE.isThere();

  private Internals() {}

  static Object multi(Object exchange) {
    return JdkMembers.MULTI_OF.get(exchange);
  }

  static Object request(Object exchange) {
    return JdkMembers.REQUEST_OF.get(exchange);
  }

  /**
   * Another exchange of a request. A second attempt through the same exchange would inherit its
   * cancellation and its connection.
   */
  static Object exchange(Object request, Object multi) {
    return JdkMembers.NEW_EXCHANGE.call(request, multi);
  }

  /**
   * Puts an exchange in the place of the conversation's current one: that one is released, and this
   * one is cancelled if the conversation was.
   */
  static void setExchange(Object multi, Object exchange) {
    JdkMembers.SET_EXCHANGE.call(multi, exchange);
  }

  /** Whether pushed responses of a conversation go to the application. */
  static boolean takesPushes(Object exchange) {
    return JdkMembers.PUSHES.get(exchange) != null;
  }

  /** The JDK's form of a request. */
  static Object copy(HttpRequest request) {
    return JdkMembers.NEW_REQUEST.call(request, null);
  }

  /** Sends the request; the future fails or holds the response head. */
  @SuppressWarnings("unchecked")
  static CompletableFuture<Object> send(Object exchange) {
    return (CompletableFuture<Object>) JdkMembers.SEND.call(exchange, null);
  }

  /** Lets the JDK, which holds on to its first exchange, read the response of a later one. */
  static void adopt(Object first, Object exchange) {
    JdkMembers.IMPL_OF.set(first, JdkMembers.IMPL_OF.get(exchange));
    JdkMembers.IGNORED.set(first, JdkMembers.IGNORED.get(exchange));
  }

  /**
   * Leaves the JDK no reason for a retry of its own after a stream that the server refused. Since
   * 26 there is one place that decides about all retries, which {@link #noRetry} is for.
   */
  static void hideUnprocessed(Object exchange) {
    Object impl = JdkMembers.IMPL_OF.get(exchange);
    if (!HAS_RETRY_CONTEXT && impl != null && isUnprocessed(impl)) {
      JdkMembers.IMPL_OF.set(exchange, null);
    }
  }

  static void cancel(Object exchange, IOException cause) {
    JdkMembers.CANCEL.call(exchange, cause);
  }

  static void cancelUnlessConnected(Object exchange, Duration after) {
    Object impl = impl(exchange);
    if (impl == null || !isConnected(JdkMembers.CONNECTION_OF.call(impl))) {
      cancel(
          exchange,
          new HttpConnectTimeoutException("no connection within " + after.toMillis() + " ms"));
    }
  }

  /** Reads or resets the rest of a response that is not needed. */
  static CompletableFuture<?> ignoreBody(Object exchange) {
    return (CompletableFuture<?>) JdkMembers.IGNORE_BODY.call(exchange);
  }

  /** Lets a subscriber read the body of a response; it is asked for it on this thread. */
  static <T> void readBody(Object impl, BodySubscriber<T> subscriber) {
    BodyHandler<T> handler = head -> subscriber;
    Executor here = Runnable::run;
    JdkMembers.READ_BODY.call(impl, handler, false, here);
  }

  /**
   * Whether the whole body of a stream's request was sent. Not where the server answered while it
   * was asked whether to send it (100 Continue); nor of the request that upgraded its connection.
   */
  static boolean isRequestSent(Object stream) {
    return ((CompletableFuture<?>) JdkMembers.REQUEST_BODY.get(stream)).isDone();
  }

  /** The version of HTTP that an exchange is meant to use. */
  static HttpClient.Version version(Object exchange) {
    return (HttpClient.Version) JdkMembers.VERSION_OF.call(exchange);
  }

  /** A response head as if it had come over a connection; null: over none. */
  static Object response(
      Object exchange,
      Object request,
      int status,
      HttpHeaders headers,
      Object connection,
      HttpClient.Version version) {
    return JdkMembers.NEW_RESPONSE.call(request, exchange, headers, connection, status, version);
  }

  /** The version of HTTP that a response speaks, as spans have it: {@code 1.1}, {@code 2}. */
  static String protocol(Object response) {
    HttpClient.Version version = (HttpClient.Version) JdkMembers.VERSION.call(response);
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
        (HttpClient.Version) JdkMembers.VERSION.call(response));
  }

  /** Makes the JDK believe that the body of a response was dealt with already. */
  static void hideBody(Object exchange) {
    JdkMembers.IGNORED.set(exchange, CompletableFuture.completedFuture(null));
  }

  /**
   * The JDK counts its connect timeout over all that it calls one request; after an attempt that
   * was connected it starts anew, as after a retry of the JDK's own.
   */
  static void restartConnectTimeout(Object multi) {
    Object tracker = JdkMembers.TRACKER.get(multi);
    if (tracker != null) {
      JdkMembers.RESET.call(tracker);
    }
  }

  /**
   * What carries an exchange: a {@code Http1Exchange} or a {@code Stream}; null until it is known.
   */
  static Object impl(Object exchange) {
    return JdkMembers.IMPL_OF.get(exchange);
  }

  /** The exchange that it carries. */
  static Object exchangeOf(Object impl) {
    return JdkMembers.EXCHANGE_OF.get(impl);
  }

  static Object connection(Object impl) {
    return JdkMembers.CONNECTION_OF.call(impl);
  }

  /** True once TCP and TLS are established. */
  static boolean isConnected(Object connection) {
    return (boolean) JdkMembers.CONNECTED.call(connection);
  }

  /** Of TCP, under TLS, too: HTTP/1.1 goes over no other. */
  static SocketChannel channel(Object connection) {
    return (SocketChannel) JdkMembers.CHANNEL.call(connection);
  }

  static void close(Object connection) {
    JdkMembers.CLOSE.call(connection);
  }

  static InetSocketAddress address(Object connection) {
    return (InetSocketAddress) JdkMembers.ADDRESS.call(connection);
  }

  /** The engine of a TLS connection; null of any other. */
  static SSLEngine engine(Object connection) {
    return JdkMembers.TLS.isInstance(connection)
        ? (SSLEngine) JdkMembers.ENGINE.call(connection)
        : null;
  }

  static boolean isStream(Object impl) {
    return JdkMembers.STREAM.isInstance(impl);
  }

  /** 0 until the stream's headers are about to be written. */
  static int streamId(Object stream) {
    return (int) JdkMembers.STREAM_ID.get(stream);
  }

  /** The connection that a stream belongs to; not the {@link #connection} below it. */
  static Object streamConnection(Object stream) {
    return JdkMembers.STREAM_CONNECTION.get(stream);
  }

  /** The last stream that a GOAWAY frame says was processed. */
  static int lastStream(Object goAway) {
    return (int) JdkMembers.LAST_STREAM.call(goAway);
  }

  static boolean isHttp1(Object impl) {
    return JdkMembers.HTTP1.isInstance(impl);
  }

  /** Whether the head of an HTTP/1.1 request was handed to the connection. */
  static boolean isHeadQueued(Object http1) {
    return !((Enum<?>) JdkMembers.STATE.get(http1)).name().equals("INITIAL");
  }

  /** Whether that head was not taken yet to be written. */
  static boolean isHeadNext(Object http1) {
    return ((Enum<?>) JdkMembers.STATE.get(http1)).name().equals("HEADERS");
  }

  /** How many bytes of a response an HTTP/1.1 exchange has received. */
  static long received(Object http1) {
    return ((AtomicLong) JdkMembers.RECEIVED.get(JdkMembers.RECEIVER.get(http1))).get();
  }

  /** Whether the server said that it did not process a stream; false where the JDK cannot tell. */
  static boolean isUnprocessed(Object impl) {
    return EXCHANGE_KNOWS_UNPROCESSED
        ? (boolean) JdkMembers.UNPROCESSED_EXCHANGE.call(exchangeOf(impl))
        : IMPL_KNOWS_UNPROCESSED && (boolean) JdkMembers.UNPROCESSED.call(impl);
  }

  static int status(Object response) {
    return (int) JdkMembers.STATUS.call(response);
  }

  static HttpHeaders headers(Object response) {
    return (HttpHeaders) JdkMembers.HEADERS.call(response);
  }

  /** The client's executor itself: always another thread than the selector's. */
  static Executor executor(Object exchange) {
    return (Executor)
        JdkMembers.DELEGATE.call(JdkMembers.THE_EXECUTOR.call(JdkMembers.CLIENT_OF.get(exchange)));
  }

  static boolean isProxied(Object request) {
    return JdkMembers.PROXY.call(request) != null;
  }

  static boolean isWebSocket(Object request) {
    return (boolean) JdkMembers.WEB_SOCKET.call(request);
  }

  /** The headers that the JDK sends of its own, modifiable. */
  @SuppressWarnings("unchecked")
  static Map<String, List<String>> systemHeaders(Object request) {
    return (Map<String, List<String>>) JdkMembers.MAP.call(JdkMembers.SYSTEM_HEADERS.call(request));
  }

  static InetSocketAddress destination(Object cacheKey) {
    return (InetSocketAddress) JdkMembers.DESTINATION.get(cacheKey);
  }

  /** Shows one request what the JDK has noted on another while it was sent. */
  static void copyGivenCredentials(Object from, Object to) {
    if (!KNOWS_WHO_GAVE_CREDENTIALS) {
      return;
    }
    for (RequestorType type : RequestorType.values()) {
      if ((boolean) JdkMembers.GAVE.call(from, type)) {
        JdkMembers.SET_GAVE.call(to, type, true);
      }
    }
  }

  /** The error in a {@code RetryContext}, which the application sees if nothing is repeated. */
  static Throwable retryCause(Object retry) {
    return (Throwable) JdkMembers.RETRY_CAUSE.call(retry);
  }

  /** A {@code RetryContext} that ends the conversation with this error. */
  static Object noRetry(Throwable error) {
    return JdkMembers.NO_RETRY.call(error);
  }

  /** The error that the application is meant to see. */
  static Throwable withoutRetryMarker(Throwable error) {
    return JdkMembers.EXPIRED.isInstance(error) && error.getCause() != null
        ? error.getCause()
        : error;
  }
}
