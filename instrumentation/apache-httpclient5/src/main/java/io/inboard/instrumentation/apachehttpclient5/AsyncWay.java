// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.OutboundRequest.Body;
import java.io.IOException;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * How the library sends what goes to one URL without blocking: the method of it that a hop calls
 * for each attempt, and what holds the connection meanwhile. Safe for use by any thread.
 */
abstract class AsyncWay {
  private final HttpRequest request;
  private final AsyncEntityProducer body;
  private final AsyncExecCallback application;
  private final Talk talk;

  /** As they were before the first attempt. */
  private final Header[] headers;

  /**
   * @param body null for none
   * @param application who is told, as the library's method would tell
   */
  AsyncWay(
      HttpRequest request, AsyncEntityProducer body, AsyncExecCallback application, Talk talk) {
    this.request = request;
    this.body = body;
    this.application = application;
    this.talk = talk;
    this.headers = request.getHeaders();
  }

  final HttpRequest request() {
    return request;
  }

  /**
   * The request for another attempt: the library has added its own headers to the one before, and
   * may still be about to write it.
   */
  final HttpRequest again() {
    BasicHttpRequest copy = new BasicHttpRequest(request.getMethod(), request.getPath());
    copy.setVersion(request.getVersion());
    copy.setScheme(request.getScheme());
    copy.setAuthority(request.getAuthority());
    copy.setHeaders(headers);
    return copy;
  }

  /** Null for none. */
  final AsyncEntityProducer body() {
    return body;
  }

  final AsyncExecCallback application() {
    return application;
  }

  final Talk talk() {
    return talk;
  }

  /** As the core sees it. */
  final HopRequest view() {
    Conversation conversation = talk.conversation();
    HttpRequest asked = request;
    HttpContext known = context();
    return new HopRequest(
        ApacheHttpClient5AsyncHooks.NAME,
        asked,
        target(),
        isProxied(),
        conversation != null && conversation.takeResends(),
        body == null ? Body.NONE : body.isRepeatable() ? Body.REPLAYABLE : Body.ONE_SHOT,
        () -> conversation != null && conversation.repeats(asked, known),
        known);
  }

  /** Whom the application calls. */
  abstract HttpHost target();

  abstract boolean isProxied();

  abstract HttpContext context();

  /**
   * Calls the library's method, whose hook lets it pass.
   *
   * @param told of what becomes of it
   */
  abstract void send(HttpRequest sent, AsyncEntityProducer sentBody, AsyncExecCallback told)
      throws HttpException, IOException;

  /**
   * See {@link Conversation#lets}.
   *
   * @param error null after an answer
   * @param response null after an error
   * @param sends how often it was sent
   */
  abstract boolean lets(Throwable error, HttpResponse response, int sends);

  /** Whether the application has cancelled its call. */
  abstract boolean isCancelled();

  /** Whether a cancellation stops what is under way, as the application has it. */
  final boolean isStopped() {
    RequestConfig config = context() instanceof HttpClientContext c ? c.getRequestConfig() : null;
    return config == null || config.isHardCancellationEnabled();
  }

  /** The application's call tells of its cancellation, until the library listens by itself. */
  abstract void whenCancelled(Cancellable then);

  /**
   * An attempt is sent next.
   *
   * @param anotherConnection whether the one that the library holds must not be used
   */
  abstract void ready(boolean anotherConnection);

  /** Whether the connection is given back, or closed, by us; else with its exchange. */
  abstract boolean holdsConnection();

  /** Gives the connection back to the pool, if there is one. */
  abstract void release();

  /** Closes the connection, if there is one. */
  abstract void discard();
}
