// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Context;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;

/**
 * What the hops of one call of the application have in common, which is made on a thread of the
 * application and goes on on the library's. Safe for use by any thread.
 */
final class Talk {
  /** By the library's runtime of a call. */
  private static final WeakIdentityMap<Object, Talk> TALKS = new WeakIdentityMap<>();

  /** Null where the application has switched the library's retries off. */
  private final Conversation conversation;

  private final Context context = Inboard.contexts().current();

  private Talk(Conversation conversation) {
    this.conversation = conversation;
  }

  /** A retry handler begins, or goes on. */
  static void begin(Object retry, Object runtime) {
    if (!Inboard.outbound().disabled() && TALKS.get(runtime) == null) {
      HttpRequestRetryStrategy strategy =
          (HttpRequestRetryStrategy) AsyncMembers.STRATEGY.get(retry);
      TALKS.putIfAbsent(runtime, new Talk(Conversation.with(strategy)));
    }
  }

  /** Of the call of this runtime. */
  static Talk of(Object runtime) {
    Talk known = TALKS.get(runtime);
    if (known != null) {
      return known;
    }
    Talk made = new Talk(null);
    Talk other = TALKS.putIfAbsent(runtime, made);
    return other == null ? made : other;
  }

  /** Of a client that repeats nothing, and follows no redirects. */
  static Talk alone() {
    return new Talk(null);
  }

  Conversation conversation() {
    return conversation;
  }

  /** As it was where the application made its call. */
  Context context() {
    return context;
  }
}
