// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.call.Context;
import io.inboard.call.Inboard;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The contexts of tasks that wait: by the task's identity, weakly, so that a task which never runs
 * is no leak. Safe for use by any thread. Without a context nothing is stored, and looking costs
 * one check for emptiness.
 *
 * <p>The same object may wait several times (a reused Runnable). Then its contexts form a line,
 * those of submissions without a context included, and each run takes the foremost: as many runs as
 * submissions, none with the context of two.
 */
final class Pending {
  private final ConcurrentHashMap<Object, Deque<Context>> waiting = new ConcurrentHashMap<>();
  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

  /** Remembers the current context for one run of a task; never null. */
  void remember(Object task) {
    if (carriesItself(task)) {
      return;
    }
    Context context = Inboard.contexts().current();
    if (context == Context.NONE && (waiting.isEmpty() || !waiting.containsKey(new Sought(task)))) {
      return;
    }
    expunge();
    waiting.compute(
        new Key(task, collected),
        (key, line) -> {
          // Almost always a line of one; changed under the map's lock of this key alone.
          Deque<Context> contexts = line == null ? new ArrayDeque<>(1) : line;
          contexts.addLast(context);
          return contexts;
        });
  }

  /** The context for a run that begins now, taken out; {@link Context#NONE} if there is none. */
  Context take(Object task) {
    return remove(task, true);
  }

  /** The last submission of the task came to nothing. */
  void forget(Object task) {
    remove(task, false);
  }

  private Context remove(Object task, boolean first) {
    if (task == null || waiting.isEmpty() || carriesItself(task)) {
      return Context.NONE;
    }
    Context[] found = {Context.NONE};
    waiting.computeIfPresent(
        new Sought(task),
        (key, line) -> {
          found[0] = first ? line.pollFirst() : line.pollLast();
          return line.isEmpty() ? null : line;
        });
    return found[0];
  }

  /**
   * What CompletableFuture gives to executors: the application's function inside has its context
   * already ({@link CompletableFutureHooks}), and the stages of HttpClient want none. Two of three
   * tasks of a call through that client.
   */
  private static boolean carriesItself(Object task) {
    return task instanceof CompletableFuture.AsynchronousCompletionTask;
  }

  /** How many tasks wait with a context; for tests. */
  int size() {
    expunge();
    return waiting.size();
  }

  private void expunge() {
    for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
      waiting.remove(gone);
    }
  }

  /** Equal to itself once the task is collected, so that it can still be removed. */
  private static final class Key extends WeakReference<Object> {
    private final int hash;

    Key(Object task, ReferenceQueue<Object> collected) {
      super(task, collected);
      this.hash = System.identityHashCode(task);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      if (this == other) {
        return true;
      }
      Object task = get();
      return task != null
          && ((other instanceof Key key && key.get() == task)
              || (other instanceof Sought sought && sought.task() == task));
    }
  }

  /** Looks for a key without making a weak reference. */
  private record Sought(Object task) {
    @Override
    public int hashCode() {
      return System.identityHashCode(task);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && key.get() == task;
    }
  }
}
