// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.Call;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import okhttp3.Address;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.connection.Exchange;

/**
 * One call of the application with all its hops, on the thread that makes it. What the hooks below
 * find on their thread is this; a call that an application makes inside another one (from its Dns,
 * an interceptor, a cookie jar) has its own, which hides the outer one.
 */
final class Conversation {
  private static final ThreadLocal<Conversation> CURRENT = new ThreadLocal<>();

  /** By what the library cancels; only while a call runs. */
  private static final WeakIdentityMap<Object, Conversation> RUNNING = new WeakIdentityMap<>();

  private final Object engine;
  private final Conversation outer;

  /** As the library made it for this hop. */
  private Address own;

  /** Whether the library repeats by itself what it has sent in a hop before this one. */
  private boolean resends;

  /** The hop under way, or the one before; null if the mesh left it alone. */
  private Hop last;

  /** The hop under way; null between two. Read by the thread that cancels. */
  private volatile Hop hop;

  private Conversation(Object engine, Conversation outer) {
    this.engine = engine;
    this.outer = outer;
  }

  /** Null while the mesh is switched off. */
  static Conversation begin(Interceptor.Chain chain) {
    Conversation outer = CURRENT.get();
    if (Inboard.outbound().disabled() && outer == null) {
      return null;
    }
    Conversation conversation = new Conversation(Internals.engine(chain), outer);
    CURRENT.set(conversation);
    RUNNING.put(conversation.engine, conversation);
    return conversation;
  }

  void end() {
    RUNNING.remove(engine, this);
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }

  /** See {@link OkHttpAdvice.Hop}. */
  static Object[] hop(Interceptor connect, Interceptor.Chain chain) {
    Conversation now = CURRENT.get();
    if (now == null || now.engine != Internals.engine(chain)) {
      // Only after an error of ours (then this is the conversation of another call around this
      // one), or if the mesh was switched on within this call.
      return Inboard.outbound().disabled()
          ? null
          : HopRequest.failClosed(chain.request().url(), null);
    }
    if (now.hop != null || !now.begins(connect, chain)) {
      return null;
    }
    try {
      return now.last.run();
    } finally {
      now.hop = null;
    }
  }

  /** False if the mesh leaves it alone. */
  private boolean begins(Interceptor connect, Interceptor.Chain chain) {
    last = null;
    boolean retries = Internals.retries(engine, chain);
    HopRequest request = new HopRequest(chain, own, resends, retries);
    Call call = Inboard.outbound().begin(request);
    if (call == Call.UNTOUCHED) {
      return false;
    }
    last = new Hop(engine, connect, chain, request, call);
    hop = last;
    if (chain.call().isCanceled()) {
      // While the mesh began the call, when there was nobody to tell.
      last.cancel(false);
    }
    return true;
  }

  /**
   * After an error of ours: what may have been sent is not sent once more, and what must be
   * encrypted is refused.
   *
   * @return see {@link OkHttpAdvice.Hop}
   */
  static Object[] mistaken(Throwable mistake, Interceptor.Chain chain) {
    Conversation now = CURRENT.get();
    Object[] outcome = now == null || now.last == null ? null : now.last.afterMistake(mistake);
    return outcome == null ? HopRequest.failClosed(chain.request().url(), mistake) : outcome;
  }

  /** The hop whose attempt this thread makes; or null. */
  private static Hop current() {
    Conversation now = CURRENT.get();
    return now == null ? null : now.hop;
  }

  /**
   * The address to use; null to leave the library's.
   *
   * @param maker the call's engine or chain, or the client, which does not say whose address it is
   */
  static Address address(Object maker, Address own) {
    Conversation now = CURRENT.get();
    Object engine = maker instanceof Interceptor.Chain chain ? Internals.engine(chain) : maker;
    if (now == null || (now.engine != engine && !(maker instanceof OkHttpClient))) {
      return null;
    }
    Hop hop = now.hop;
    if (hop != null) {
      return hop.address(own);
    }
    now.own = own;
    return null;
  }

  static void connected(Exchange exchange) {
    Hop hop = current();
    if (hop != null) {
      hop.connected(exchange);
    }
  }

  static void broken() {
    Hop hop = current();
    if (hop != null) {
      hop.broken();
    }
  }

  /** See {@link OkHttpAdvice.Early}. */
  static Object[] early(Throwable error, Interceptor.Chain chain) {
    Hop hop = error == null ? null : current();
    Response answer = hop == null ? null : hop.early(error, chain.request());
    return answer == null ? null : new Object[] {answer, null};
  }

  /** The request to send; null to leave it. */
  static Request request(Request own) {
    Hop hop = current();
    return hop == null ? null : hop.request(own);
  }

  /** Whether the mesh has decided what follows the last hop. */
  static boolean isDecided() {
    Conversation now = CURRENT.get();
    return now != null && now.last != null && now.last.isDecided();
  }

  static void resends(boolean again) {
    Conversation now = CURRENT.get();
    if (now != null) {
      now.resends = again;
    }
  }

  /**
   * The application cancels, or its callTimeout is up: then Okio's watchdog says so. Any thread.
   */
  static void cancel(Object engine) {
    Conversation running = RUNNING.get(engine);
    Hop under = running == null ? null : running.hop;
    if (under != null) {
      under.cancel(Thread.currentThread().getClass().getName().startsWith("okio.AsyncTimeout"));
    }
  }
}
