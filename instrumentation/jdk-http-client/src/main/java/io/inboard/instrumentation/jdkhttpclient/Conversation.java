// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Attempt;
import io.inboard.call.Context;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * One {@code send} or {@code sendAsync} of the application, with all its hops: the JDK's {@code
 * MultiExchange}. {@code sendAsync} sends from a thread of the client's executor, hence the context
 * of the caller's thread is taken here.
 */
// What a dependent stage of ours would throw is caught inside it.
@SuppressWarnings("FutureReturnValueIgnored")
final class Conversation implements BiConsumer<Object, Throwable> {
  /** Weak on both sides, since a conversation leads back to its key; see {@link #endWith}. */
  private static final WeakIdentityMap<Object, WeakReference<Conversation>> CONVERSATIONS =
      new WeakIdentityMap<>();

  private final Object multi;
  private final Context context = Inboard.contexts().current();

  /** The current hop, or null. Volatile: hops follow each other on different threads. */
  private volatile CurrentHop hop;

  /** What the core has decided to hand on, and the JDK must not repeat; null if nothing. */
  private volatile Throwable decided;

  /** Why the application waits no longer; null while it does. */
  private volatile IOException givenUp;

  private Conversation(Object multi) {
    this.multi = multi;
  }

  /** On the application's thread; null while the mesh is switched off. */
  static Conversation begin(Object multi) {
    if (Inboard.outbound().disabled()) {
      return null;
    }
    Conversation conversation = new Conversation(multi);
    CONVERSATIONS.put(multi, new WeakReference<>(conversation));
    return conversation;
  }

  /** Lives and ends with the future that the application waits for. */
  void endWith(CompletableFuture<?> result) {
    result.whenComplete(this);
  }

  /** The future's end. */
  @Override
  public void accept(Object response, Throwable error) {
    CONVERSATIONS.remove(multi);
    leaveHop();
  }

  /** The conversation of a {@code MultiExchange}; one without memory if it began before us. */
  static Conversation of(Object multi) {
    Conversation conversation = find(multi);
    return conversation == null ? new Conversation(multi) : conversation;
  }

  private static Conversation find(Object multi) {
    WeakReference<Conversation> found = CONVERSATIONS.get(multi);
    return found == null ? null : found.get();
  }

  static int known() {
    return CONVERSATIONS.size();
  }

  Context context() {
    return context;
  }

  /**
   * Whether the current hop has sent the request of this exchange: the JDK sends it again, all by
   * itself. It also connects again by itself, which is not reported.
   */
  boolean sent(Object exchange) {
    CurrentHop current = hop;
    return current != null && current.hasSent(exchange);
  }

  /**
   * The current hop is over: its response was a redirect or a challenge, or the JDK is about to
   * send its request again. Does nothing if there is none.
   */
  void leaveHop() {
    CurrentHop last = hop;
    if (last != null) {
      hop = null;
      last.end();
    }
  }

  /** The same while the mesh is switched off; such a conversation may be unknown. */
  static void leaveHop(Object multi) {
    Conversation conversation = find(multi);
    if (conversation != null) {
      conversation.leaveHop();
    }
  }

  /** Begins a hop, after {@link #leaveHop}. */
  void next(CurrentHop next) {
    hop = next;
    IOException cause = givenUp;
    if (cause != null) {
      next.giveUp(cause);
    }
  }

  /** The application is about to cancel, or its own timeout has passed: told before it shows. */
  static void giveUp(Object multi, IOException cause) {
    Conversation conversation = find(multi);
    if (conversation != null) {
      // In this order: a hop that begins meanwhile looks after it can be found.
      conversation.givenUp = cause;
      currentHop(multi).ifPresent(current -> current.giveUp(cause));
    }
  }

  /** The JDK has cancelled what it runs; what waits between two attempts it does not know. */
  static void stop(Object multi) {
    currentHop(multi).ifPresent(CurrentHop::stop);
  }

  private static Optional<CurrentHop> currentHop(Object multi) {
    return Optional.ofNullable(find(multi)).map(conversation -> conversation.hop);
  }

  /** Why an exchange must not go where the JDK has connected by itself; null: it may. */
  static IOException astray(Object exchange, SocketChannel channel) {
    Conversation conversation = find(Internals.multi(exchange));
    CurrentHop current = conversation == null ? null : conversation.hop;
    Attempt attempt = current == null ? null : current.undirected(exchange);
    try {
      return attempt == null
          ? null
          : Refusals.astray(attempt, channel.getRemoteAddress()).orElse(null);
    } catch (IOException e) {
      return null; // It is closed: nothing can be written.
    }
  }

  /** An error that is final: the core has seen all attempts that there shall be. */
  void decide(Throwable error) {
    decided = error;
  }

  /** Whether the JDK may repeat the request by itself after this error. */
  static boolean mayRepeat(Object multi, Throwable error, boolean own) {
    Conversation conversation = own ? find(multi) : null;
    return own && (conversation == null || conversation.decided != error);
  }
}
