// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.Attempt;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpResponse;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.execchain.ClientExecChain;
import org.apache.http.impl.execchain.MinimalClientExec;
import org.apache.http.protocol.HTTP;

/**
 * What the library's executor finds around an attempt, and the application after it. Used by the
 * thread that makes the call.
 *
 * @param main the library's executor of one request
 * @param route as the application knows it
 */
record Surroundings(
    ClientExecChain main, HttpRoute route, HttpRequestWrapper request, HttpClientContext context) {
  /** The mesh's own timer comes first, and says what it was. */
  private static final long LEASE_SLACK_MILLIS = 20;

  /** Sends an attempt by the endpoint's route. Throws what the library throws. */
  CloseableHttpResponse execute(Attempt attempt, HttpRoute endpoints, Watch watch)
      throws Throwable {
    if (isNamedByRoute()) {
      request.setHeader(HTTP.TARGET_HOST, route.getTargetHost().toHostString());
    }
    RequestConfig config = context.getRequestConfig();
    RequestConfig bounded = bounded(attempt, config);
    try {
      if (bounded != config) {
        context.setRequestConfig(bounded);
      }
      return main.execute(endpoints, request, context, watch);
    } finally {
      if (bounded != config) {
        context.setRequestConfig(config);
      }
      if (endpoints != route) {
        restore(endpoints);
      }
    }
  }

  /**
   * Whether the application lets what was sent be sent again: {@code disableAutomaticRetries}, a
   * handler and a strategy of its own can say no, but ask for nothing. The minimal client repeats
   * nothing, and there is nothing to say about it.
   *
   * @param own null where the library repeats nothing by itself
   * @param error null after an answer
   * @param response null after an error
   * @param sends how often it was sent
   */
  boolean lets(Conversation own, Throwable error, HttpResponse response, int sends) {
    if (main instanceof MinimalClientExec) {
      return true;
    }
    try {
      return response == null
          ? !(error instanceof IOException failure) || Conversation.lets(own, failure, sends)
          : Conversation.lets(own, response, sends);
    } catch (RuntimeException e) {
      return false; // The application's handler does not say yes.
    }
  }

  /** The wait for the pool ends with the attempt, which nothing else would stop there. */
  private static RequestConfig bounded(Attempt attempt, RequestConfig config) {
    long nanos = attempt.timeoutNanos();
    int lease = config.getConnectionRequestTimeout();
    if (nanos == Long.MAX_VALUE || (lease > 0 && TimeUnit.MILLISECONDS.toNanos(lease) <= nanos)) {
      return config;
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(nanos) + LEASE_SLACK_MILLIS;
    return RequestConfig.copy(config)
        .setConnectionRequestTimeout((int) Math.min(Integer.MAX_VALUE, millis))
        .build();
  }

  /** The minimal client writes the route's host where the application gives no whole URL. */
  private boolean isNamedByRoute() {
    return main instanceof MinimalClientExec
        && !request.containsHeader(HTTP.TARGET_HOST)
        && !(request.getOriginal() instanceof HttpUriRequest whole && whole.getURI().isAbsolute());
  }

  /** The minimal client tells in its context where it goes. */
  private void restore(HttpRoute endpoints) {
    if (endpoints.equals(context.getHttpRoute())) {
      context.setAttribute(HttpClientContext.HTTP_ROUTE, route);
    }
    if (endpoints.getTargetHost().equals(context.getTargetHost())) {
      context.setTargetHost(route.getTargetHost());
    }
  }
}
