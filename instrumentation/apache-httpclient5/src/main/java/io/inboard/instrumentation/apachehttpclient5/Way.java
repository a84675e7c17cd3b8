// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Attempt;
import io.inboard.call.OutboundRequest;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.MinimalHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.CancellableDependency;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * How the library sends what goes to one URL: the method of it that a hop calls for each attempt,
 * and what holds the connection meanwhile. Used by the thread that makes the call.
 */
abstract sealed class Way {
  private final ClassicHttpRequest request;
  private final HttpHost target;

  /** Null where the library repeats nothing by itself. */
  private final Conversation conversation;

  private final boolean resent;

  /** What holds the connection; null before it is known. */
  ExecRuntime runtime;

  /** Whether the library's method is called by us, and has not yet entered. */
  private boolean entering;

  private Way(ClassicHttpRequest request, HttpHost target, Conversation conversation) {
    this.request = request;
    this.target = target;
    this.conversation = conversation;
    this.resent = conversation != null && conversation.takeResends();
  }

  /** The library's method is called next, by {@link #send}: its hook lets that pass. */
  final void enter() {
    entering = true;
  }

  /** Whether the library's method is called by {@link #send}; true once for each. */
  final boolean takesEntry() {
    boolean was = entering;
    entering = false;
    return was;
  }

  final ClassicHttpRequest request() {
    return request;
  }

  /** As the core sees it. */
  final HopRequest view() {
    HttpRequest asked = request;
    HttpContext known = context();
    Conversation repeating = conversation;
    return new HopRequest(
        ApacheHttpClient5Hooks.NAME,
        asked,
        target,
        isProxied(),
        resent,
        content(request.getEntity()),
        () -> repeating != null && repeating.repeats(asked, known),
        known);
  }

  /** As the entity itself says it: the library's proxy of it says so only once it was read. */
  private static OutboundRequest.Body content(HttpEntity entity) {
    if (entity == null) {
      return OutboundRequest.Body.NONE;
    }
    HttpEntity own = entity;
    while (Members.PROXY.isInstance(own)) {
      own = (HttpEntity) Members.ORIGINAL.call(own);
    }
    return own.isRepeatable() ? OutboundRequest.Body.REPLAYABLE : OutboundRequest.Body.ONE_SHOT;
  }

  /** What the library repeats by itself; null for nothing. */
  final Conversation conversation() {
    return conversation;
  }

  /** Whom the application calls. */
  final HttpHost target() {
    return target;
  }

  /**
   * Calls the library's method, after {@link #enter}.
   *
   * @param attempt null: as without us
   */
  abstract ClassicHttpResponse send(Attempt attempt) throws IOException, HttpException;

  abstract boolean isProxied();

  /** What the application knows of the call; perhaps null. */
  abstract HttpContext context();

  /** Null if the request cannot be cancelled. */
  abstract CancellableDependency dependency();

  /** An attempt is sent next, over this line. */
  abstract void begin(Line line, boolean anotherConnection);

  /** Whether the connection that this takes is the attempt's. */
  abstract boolean isRunBy(Object asked, Line line);

  /**
   * See {@link Conversation#lets}.
   *
   * @param error null after an answer
   * @param response null after an error
   * @param sends how often it was sent
   */
  abstract boolean lets(Throwable error, ClassicHttpResponse response, int sends);

  /** A response of ours as the library's method returns it. */
  abstract ClassicHttpResponse answer(ClassicHttpResponse made);

  final boolean isAborted() {
    CancellableDependency dependency = dependency();
    return dependency != null && dependency.isCancelled();
  }

  /** The application's request tells of its cancellation while the library does not wait. */
  final void whenCancelled(Cancellable then) {
    CancellableDependency dependency = dependency();
    if (dependency != null) {
      dependency.setDependency(then);
    }
  }

  /** Gives the connection back to the pool, if there is one. */
  final void release() {
    if (runtime != null) {
      runtime.releaseEndpoint();
    }
  }

  /** Closes the connection, if there is one. */
  final void discard() {
    if (runtime != null) {
      runtime.discardEndpoint();
    }
  }

  /** {@code ConnectExec}, below redirects, cookies and challenges. */
  static final class Chain extends Way {
    /** The mesh's own timer comes first, and says what it was. */
    private static final long LEASE_SLACK_MILLIS = 20;

    private final ExecChainHandler connect;
    private final ExecChain.Scope scope;
    private final ExecChain chain;

    Chain(
        ExecChainHandler connect,
        ClassicHttpRequest request,
        ExecChain.Scope scope,
        ExecChain chain,
        Conversation conversation) {
      super(request, scope.route.getTargetHost(), conversation);
      this.connect = connect;
      this.scope = scope;
      this.chain = chain;
      this.runtime = scope.execRuntime;
    }

    @Override
    ClassicHttpResponse send(Attempt attempt) throws IOException, HttpException {
      if (attempt == null) {
        return connect.execute(request(), scope, chain);
      }
      HttpClientContext context = scope.clientContext;
      RequestConfig own = context.getRequestConfig();
      context.setRequestConfig(bounded(attempt, own));
      try {
        return connect.execute(request(), scope, chain);
      } finally {
        context.setRequestConfig(own);
      }
    }

    /** The wait for the pool ends with the attempt, which nothing else would stop there. */
    private static RequestConfig bounded(Attempt attempt, RequestConfig own) {
      long nanos = attempt.timeoutNanos();
      RequestConfig config = own == null ? RequestConfig.DEFAULT : own;
      Timeout lease = config.getConnectionRequestTimeout();
      if (nanos == Long.MAX_VALUE
          || (TimeValue.isPositive(lease) && lease.toNanoseconds() <= nanos)) {
        return own;
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(nanos) + LEASE_SLACK_MILLIS;
      return RequestConfig.copy(config)
          .setConnectionRequestTimeout(Timeout.ofMilliseconds(millis))
          .build();
    }

    @Override
    boolean isProxied() {
      return scope.route.getProxyHost() != null;
    }

    @Override
    HttpContext context() {
      return scope.clientContext;
    }

    @Override
    CancellableDependency dependency() {
      return Members.RUNTIME.isInstance(runtime)
          ? (CancellableDependency) Members.DEPENDENCY.get(runtime)
          : null;
    }

    @Override
    void begin(Line line, boolean anotherConnection) {
      if (anotherConnection && runtime.isEndpointAcquired()) {
        // By an interceptor of the application, or for the hop before; whatever it leads to.
        runtime.releaseEndpoint();
      }
      line.isUsedBy(runtime);
    }

    @Override
    boolean isRunBy(Object asked, Line line) {
      return asked == runtime;
    }

    @Override
    boolean lets(Throwable error, ClassicHttpResponse response, int sends) {
      return Conversation.lets(conversation(), request(), error, response, sends, context());
    }

    @Override
    ClassicHttpResponse answer(ClassicHttpResponse made) {
      return made;
    }
  }

  /** {@code MinimalHttpClient#doExecute}, which is all of that client. */
  static final class Minimal extends Way {
    private final MinimalHttpClient client;
    private final HttpContext context;

    Minimal(
        MinimalHttpClient client,
        HttpHost target,
        ClassicHttpRequest request,
        HttpContext context) {
      super(request, target, null);
      this.client = client;
      this.context = context;
    }

    @Override
    @SuppressWarnings("deprecation") // The one that leaves the response open in all versions.
    ClassicHttpResponse send(Attempt attempt) throws IOException {
      return client.execute(target(), request(), context);
    }

    @Override
    boolean isProxied() {
      return false;
    }

    @Override
    HttpContext context() {
      return context;
    }

    @Override
    CancellableDependency dependency() {
      return request() instanceof CancellableDependency dependency ? dependency : null;
    }

    /** It repeats nothing, and there is nothing to say about it. */
    @Override
    boolean lets(Throwable error, ClassicHttpResponse response, int sends) {
      return true;
    }

    /** It makes a runtime for each attempt. */
    @Override
    void begin(Line line, boolean anotherConnection) {
      runtime = null;
    }

    /** The first that asks is the one that was made. */
    @Override
    boolean isRunBy(Object asked, Line line) {
      if (runtime == null && asked instanceof ExecRuntime made) {
        runtime = made;
        line.isUsedBy(made);
      }
      return asked == runtime;
    }

    @Override
    ClassicHttpResponse answer(ClassicHttpResponse made) {
      return (ClassicHttpResponse) Members.CLOSEABLE.call(made);
    }
  }
}
