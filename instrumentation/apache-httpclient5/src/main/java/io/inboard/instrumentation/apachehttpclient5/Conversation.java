// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Inboard;
import java.io.IOException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/**
 * What the library repeats by itself: its retry handler is made with a strategy that asks the
 * application's own where the mesh has not decided. On the thread that makes the call, or tells
 * what became of it; one that is made inside another one hides the outer one.
 */
final class Conversation {
  private static final ThreadLocal<Conversation> CURRENT = new ThreadLocal<>();

  /** The library's runtime of the call; null where the library does not block. */
  private final Object runtime;

  private final HttpRequestRetryStrategy strategy;

  /** Null: none. */
  private final Conversation outer;

  /** Whether the mesh has decided what follows the last hop. */
  private boolean decided;

  /** Whether the library repeats by itself what it has sent in a hop before this one. */
  private boolean resends;

  private Conversation(Object runtime, HttpRequestRetryStrategy strategy, Conversation outer) {
    this.runtime = runtime;
    this.strategy = strategy;
    this.outer = outer;
  }

  /** The strategy for a client that is built, in place of the application's. */
  static HttpRequestRetryStrategy deciding(HttpRequestRetryStrategy own) {
    return new Deciding(own);
  }

  /** A retry handler begins; null, or what {@link #end} needs. */
  static Conversation begin(ExecChainHandler retry, ExecRuntime runtime) {
    if (Inboard.outbound().disabled()) {
      return null;
    }
    HttpRequestRetryStrategy strategy = (HttpRequestRetryStrategy) Members.STRATEGY.get(retry);
    Conversation now = new Conversation(runtime, own(strategy), CURRENT.get());
    CURRENT.set(now);
    return now;
  }

  /** Of a client that does not block: its strategy is asked within {@link #tell}. */
  static Conversation with(HttpRequestRetryStrategy strategy) {
    return new Conversation(null, own(strategy), null);
  }

  private static HttpRequestRetryStrategy own(HttpRequestRetryStrategy strategy) {
    return strategy instanceof Deciding deciding ? deciding.own : strategy;
  }

  /** The retry handler ends. */
  void end() {
    restore(outer);
  }

  private static void restore(Conversation before) {
    if (before == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(before);
    }
  }

  /**
   * Hands on what became of a hop, to handlers that ask the strategy on this thread.
   *
   * @param conversation null where the library repeats nothing by itself
   * @param byMesh whether the mesh has decided what follows
   */
  static void tell(Conversation conversation, boolean byMesh, Telling telling)
      throws HttpException, IOException {
    Conversation before = CURRENT.get();
    if (conversation == null) {
      CURRENT.remove();
    } else {
      conversation.decided = byMesh;
      CURRENT.set(conversation);
    }
    try {
      telling.run();
    } finally {
      restore(before);
    }
  }

  /** What became of a hop, on its way to the application. */
  interface Telling {
    void run() throws HttpException, IOException;
  }

  /** Around the call of this runtime; null where the application has switched retries off. */
  static Conversation of(ExecRuntime runtime) {
    Conversation now = CURRENT.get();
    return now != null && now.runtime == runtime ? now : null;
  }

  /** A hop begins, of which the mesh has decided nothing: takes whether it was sent before. */
  boolean takeResends() {
    boolean taken = resends;
    resends = false;
    decided = false;
    return taken;
  }

  void decide(boolean byMesh) {
    decided = byMesh;
  }

  /** Whether the application's strategy would repeat this request after an end without answer. */
  boolean repeats(HttpRequest request, HttpContext context) {
    return strategy.retryRequest(
        request, new NoHttpResponseException("would it be sent again?"), 1, context);
  }

  /**
   * Whether the application lets what was sent be sent again: {@code disableAutomaticRetries} and a
   * strategy of its own can say no, but ask for nothing. One that has set no strategy says nothing,
   * so that the library's own stands in nobody's way.
   *
   * @param conversation null: it has switched retries off, or something of its own does them
   * @param error null after an answer
   * @param response null after an error
   * @param sends how often it was sent
   */
  static boolean lets(
      Conversation conversation,
      HttpRequest request,
      Throwable error,
      HttpResponse response,
      int sends,
      HttpContext context) {
    if (conversation == null) {
      return false;
    }
    HttpRequestRetryStrategy own = conversation.strategy;
    if (own == DefaultHttpRequestRetryStrategy.INSTANCE) {
      return true;
    }
    try {
      return response == null
          ? !(error instanceof IOException failure)
              || own.retryRequest(request, failure, sends, context)
          : own.retryRequest(response, sends, context);
    } catch (RuntimeException e) {
      return false; // The application's strategy does not say yes.
    }
  }

  /** The application's, unless the mesh has decided. */
  private static final class Deciding implements HttpRequestRetryStrategy {
    private final HttpRequestRetryStrategy own;

    Deciding(HttpRequestRetryStrategy own) {
      this.own = own;
    }

    @Override
    public boolean retryRequest(
        HttpRequest request, IOException error, int count, HttpContext context) {
      Conversation now = CURRENT.get();
      return isOpen(now) && again(now, own.retryRequest(request, error, count, context));
    }

    @Override
    public boolean retryRequest(HttpResponse response, int count, HttpContext context) {
      Conversation now = CURRENT.get();
      return isOpen(now) && again(now, own.retryRequest(response, count, context));
    }

    @Override
    public TimeValue getRetryInterval(HttpResponse response, int count, HttpContext context) {
      return own.getRetryInterval(response, count, context);
    }

    /** Overrides a method that the interface has since 5.1. */
    @SuppressWarnings({"unused", "MissingOverride"})
    public TimeValue getRetryInterval(
        HttpRequest request, IOException error, int count, HttpContext context) {
      return (TimeValue) Members.INTERVAL.call(own, request, error, (Object) count, context);
    }
  }

  /**
   * @param now null while the mesh is switched off
   */
  private static boolean isOpen(Conversation now) {
    return now == null || !now.decided;
  }

  private static boolean again(Conversation now, boolean sends) {
    if (now != null) {
      now.resends = sends;
    }
    return sends;
  }
}
