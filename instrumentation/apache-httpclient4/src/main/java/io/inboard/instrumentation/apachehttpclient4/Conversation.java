// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import java.io.IOException;
import org.apache.http.HttpResponse;
import org.apache.http.NoHttpResponseException;
import org.apache.http.client.HttpRequestRetryHandler;
import org.apache.http.client.ServiceUnavailableRetryStrategy;
import org.apache.http.client.methods.HttpExecutionAware;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.concurrent.Cancellable;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.client.DefaultHttpRequestRetryHandler;
import org.apache.http.impl.execchain.ClientExecChain;
import org.apache.http.impl.execchain.ServiceUnavailableRetryExec;
import org.apache.http.protocol.BasicHttpContext;
import org.apache.http.protocol.HttpContext;

/**
 * What the library repeats by itself, while one of its executors does that: left to it where the
 * mesh has not decided. On the thread that makes the call; one that is made inside another one
 * hides the outer one.
 *
 * <p>After an error RetryExec asks whether the request was aborted, before it asks the
 * application's handler; so it is told. After an answer ServiceUnavailableRetryExec asks nobody but
 * the application's strategy, and runs with one of ours around that.
 */
final class Conversation {
  private static final ThreadLocal<Conversation> CURRENT = new ThreadLocal<>();

  /** By executor of the application's client, the same with our strategy. */
  private static final WeakIdentityMap<Object, ClientExecChain> OURS = new WeakIdentityMap<>();

  /** Those of ours. */
  private static final WeakIdentityMap<Object, Boolean> MADE = new WeakIdentityMap<>();

  /** The same for all executors of one call. */
  private final HttpClientContext context;

  /** The one around this one, perhaps of another call; null: none. */
  private final Conversation outer;

  /** The application's; null where this is about answers. */
  private final HttpRequestRetryHandler handler;

  /** The application's; null where this is about failures. */
  private final ServiceUnavailableRetryStrategy strategy;

  /** Whether the mesh has decided what follows the last hop. */
  private boolean decided;

  /** Whether something was sent, and what is sent next is the same once more. */
  private boolean resends;

  private Conversation(
      HttpClientContext context,
      HttpRequestRetryHandler handler,
      ServiceUnavailableRetryStrategy strategy) {
    this.context = context;
    this.handler = handler;
    this.strategy = strategy;
    this.outer = CURRENT.get();
    CURRENT.set(this);
  }

  /** RetryExec begins: what it asks in place of the application's request, and this. */
  static Object[] begin(
      ClientExecChain retry, HttpClientContext context, HttpExecutionAware aware) {
    if (Inboard.outbound().disabled()) {
      return null;
    }
    Conversation now =
        new Conversation(context, (HttpRequestRetryHandler) Members.HANDLER.get(retry), null);
    return new Object[] {new Asked(aware, now), now};
  }

  void end() {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }

  /** See {@link ClientAdvice.RetryAnswer}. */
  static Object[] converse(
      ClientExecChain retry,
      HttpRoute route,
      HttpRequestWrapper request,
      HttpClientContext context,
      HttpExecutionAware aware) {
    if (Inboard.outbound().disabled() || MADE.get(retry) != null) {
      return null;
    }
    ClientExecChain ours = ours(retry);
    Conversation now =
        new Conversation(
            context, null, (ServiceUnavailableRetryStrategy) Members.STRATEGY.get(retry));
    try {
      return new Object[] {ours.execute(route, request, context, aware), null};
    } catch (Throwable e) {
      return new Object[] {null, e};
    } finally {
      now.end();
    }
  }

  private static ClientExecChain ours(ClientExecChain retry) {
    ClientExecChain known = OURS.get(retry);
    if (known == null) {
      known =
          new ServiceUnavailableRetryExec(
              (ClientExecChain) Members.AVAILED.get(retry),
              new DecidingStrategy((ServiceUnavailableRetryStrategy) Members.STRATEGY.get(retry)));
      MADE.put(known, true);
      OURS.put(retry, known);
    }
    return known;
  }

  /** Around the call of this context; null where the library repeats nothing. */
  static Conversation of(HttpClientContext context) {
    Conversation now = CURRENT.get();
    return now != null && now.context == context ? now : null;
  }

  /** Around this one, of the same call; null if there is none. */
  private Conversation around() {
    return outer != null && outer.context == context ? outer : null;
  }

  /** A hop begins, of which nothing is decided; whether what it sends was sent before. */
  boolean hopBegins() {
    decided = false;
    boolean again = resends;
    // A second hop of one RetryExec is its repetition; one after an answer is announced.
    resends = handler != null;
    Conversation around = around();
    return around != null ? around.hopBegins() | again : again;
  }

  /** A hop is over. */
  void decide(boolean byMesh) {
    decided = byMesh;
    Conversation around = around();
    if (around != null) {
      around.decide(byMesh);
    }
  }

  /** RetryExec says who did not answer, unless it was told of an abort. */
  void name(Object[] outcome, HttpRoute route) {
    if (decided && handler != null && outcome[1] instanceof NoHttpResponseException error) {
      NoHttpResponseException named =
          new NoHttpResponseException(route.getTargetHost().toHostString() + " failed to respond");
      named.setStackTrace(error.getStackTrace());
      outcome[1] = named;
    }
  }

  /** Whether the application's handler would repeat this call after an end without answer. */
  boolean repeats() {
    if (handler == null) {
      return false;
    }
    HttpContext sent = new BasicHttpContext(context);
    sent.setAttribute(HttpClientContext.HTTP_REQ_SENT, true);
    return handler.retryRequest(new NoHttpResponseException("would it be sent again?"), 1, sent);
  }

  /**
   * Whether the application lets the same be sent again after a failure: not after {@code
   * disableAutomaticRetries}, which leaves RetryExec out. One that has set no handler says nothing,
   * so that the library's own stands in nobody's way.
   *
   * @param now null for none
   * @param sends how often it was sent
   */
  static boolean lets(Conversation now, IOException error, int sends) {
    for (Conversation each = now; each != null; each = each.around()) {
      if (each.handler != null) {
        return each.handler == DefaultHttpRequestRetryHandler.INSTANCE
            || each.handler.retryRequest(error, sends, each.context);
      }
    }
    return false;
  }

  /** The same after an answer: one that has set no strategy says nothing. */
  static boolean lets(Conversation now, HttpResponse response, int sends) {
    for (Conversation each = now; each != null; each = each.around()) {
      if (each.strategy != null && !each.strategy.retryRequest(response, sends, each.context)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The application's request, or what the mesh has decided.
   *
   * @param own null if it cannot be cancelled
   */
  private record Asked(HttpExecutionAware own, Conversation conversation)
      implements HttpExecutionAware {
    @Override
    public boolean isAborted() {
      return conversation.decided || (own != null && own.isAborted());
    }

    @Override
    public void setCancellable(Cancellable cancellable) {
      if (own != null) {
        own.setCancellable(cancellable);
      }
    }
  }

  /** The application's, unless the mesh has decided. */
  private record DecidingStrategy(ServiceUnavailableRetryStrategy own)
      implements ServiceUnavailableRetryStrategy {
    @Override
    public boolean retryRequest(HttpResponse response, int count, HttpContext context) {
      Conversation now = CURRENT.get();
      now.resends = !now.decided && own.retryRequest(response, count, context);
      return now.resends;
    }

    @Override
    public long getRetryInterval() {
      return own.getRetryInterval();
    }
  }
}
