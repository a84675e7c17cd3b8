// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.call.Log;
import io.inboard.call.Printable;
import io.inboard.time.Timer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One name, and what it was last resolved to. Safe for use by any thread; no method blocks but
 * {@link #resolve}, which {@link Names} runs on a thread of its own.
 */
public final class Name {
  private static final long FIRST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** As a power of two times the first one: 32 s. */
  private static final int LONGEST_RETRY = 5;

  private final String host;
  private final Names names;

  /** Those whose endpoints it stands for. */
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

  /** Calls that wait for the first answer; each is run once. */
  private final List<Wait> waiting = new CopyOnWriteArrayList<>();

  /** Of the last good answer, as text; empty: there was none. Written by one thread at a time. */
  private volatile List<String> addresses = List.of();

  /** Whether the first attempt is over, well or not. As above. */
  private volatile boolean answered;

  /** Whether it was asked for since it was last resolved. */
  private volatile boolean used;

  private volatile long resolutions;
  private volatile long failures;

  /** Attempts that failed since the last good one. As above. */
  private volatile int inARow;

  /** Of the last attempt; empty: it was good. */
  private volatile String lastError = "";

  /** Whether an attempt is under way or planned. Guarded by this object's lock. */
  private boolean begun;

  Name(String host, Names names) {
    this.host = host;
    this.names = names;
  }

  String host() {
    return host;
  }

  /** IP addresses of one family, in the resolver's order; empty: none is known. */
  public List<String> addresses() {
    return addresses;
  }

  /** Whether the first answer, which may be a failure, is still waited for. */
  public boolean pending() {
    return !answered;
  }

  /** Why the last attempt failed; empty if it did not. */
  public String lastError() {
    return lastError;
  }

  /**
   * Runs an action once: when the first answer is there, or after some time; now, if it is there.
   *
   * @param action on a thread of the resolver or the timer's; must not block
   * @return takes the action back, if it has not run
   */
  public Timer.Task onAnswer(Runnable action, long atMostNanos) {
    Wait wait = new Wait(action);
    waiting.add(wait);
    wait.until(names.timer.schedule(wait, atMostNanos));
    if (answered) {
      wait.run();
    }
    return wait;
  }

  private final class Wait implements Runnable, Timer.Task {
    private final Runnable action;
    private final AtomicBoolean over = new AtomicBoolean();

    /** Set at once, and cancelled by whoever ends the wait; the one who comes second finds it. */
    private volatile Timer.Task late;

    Wait(Runnable action) {
      this.action = action;
    }

    void until(Timer.Task task) {
      late = task;
      if (over.get()) {
        task.cancel();
      }
    }

    @Override
    public void run() {
      if (end()) {
        action.run();
      }
    }

    @Override
    public void cancel() {
      end();
    }

    private boolean end() {
      if (!over.compareAndSet(false, true)) {
        return false;
      }
      waiting.remove(this);
      Timer.Task task = late;
      if (task != null) {
        task.cancel();
      }
      return true;
    }
  }

  /** Under the lock of {@link Names} for this name, as the next three. */
  void watched(Runnable changed) {
    watchers.add(changed);
  }

  void unwatched(Runnable changed) {
    watchers.remove(changed);
  }

  boolean watched() {
    return !watchers.isEmpty();
  }

  boolean wanted() {
    return used || !watchers.isEmpty();
  }

  /** Read before it is written: nearly every call finds it so. */
  void use() {
    if (!used) {
      used = true;
    }
  }

  /** Begins to resolve it, unless that has begun or must not be. */
  synchronized void begin() {
    if (!begun && names.active()) {
      begun = true;
      hand();
    }
  }

  /** To a thread that may block. */
  private void hand() {
    try {
      names.resolve(this, this::resolve);
    } catch (RuntimeException | OutOfMemoryError noThread) {
      Names.LOOP.failed(noThread);
      plan(FIRST_RETRY_NANOS);
    }
  }

  private void plan(long nanos) {
    names.timer.schedule(this::due, nanos); // Never cancelled: it is soon, and finds out itself.
  }

  private void due() {
    synchronized (this) {
      if (!names.active()) {
        begun = false; // Until names are resolved again.
        return;
      }
    }
    if (wanted() || !names.forget(this)) {
      hand();
    }
  }

  private void resolve() {
    used = false;
    try {
      List<String> found = ofOneFamily(names.resolver.resolve(host));
      // Servers of DNS give them in another order each time; who takes the first one stays there.
      if (!Set.copyOf(found).equals(Set.copyOf(addresses))) {
        addresses = found;
      }
      resolutions++;
      inARow = 0;
      lastError = "";
    } catch (Throwable e) {
      // An error of the JVM, too, is an attempt that failed: calls wait for it to be over.
      failed(e);
      if (e instanceof Error) {
        Names.LOOP.failed(e);
      }
    } finally {
      answered = true;
      try {
        plan(
            inARow == 0
                ? Math.max(1, names.ttlNanos.getAsLong())
                : FIRST_RETRY_NANOS << Math.min(inARow - 1, LONGEST_RETRY));
      } finally {
        tell();
      }
    }
  }

  private void failed(Throwable error) {
    failures++;
    inARow++;
    lastError =
        error instanceof UnknownHostException ? "the name is unknown" : error.getClass().getName();
    if (watched()) {
      Log.warnOnce(
          "dns " + host,
          "the name of an endpoint, "
              + Printable.text(host, 200)
              + ", could not be resolved ("
              + lastError
              + "); "
              + (addresses.isEmpty() ? "nothing is sent there" : "its last addresses stay in use")
              + ", and it is tried again (said once; `status` counts)");
    }
  }

  private void tell() {
    for (Runnable watcher : watchers) {
      Names.LOOP.turn(watcher::run);
    }
    for (Wait wait : waiting) {
      Names.LOOP.turn(wait::run);
    }
  }

  /**
   * A name of both families stands for one server twice. The family that the JDK puts first is the
   * one that applications connect to (java.net.preferIPv6Addresses).
   */
  private static List<String> ofOneFamily(InetAddress[] all) throws UnknownHostException {
    if (all.length == 0) {
      throw new UnknownHostException("no address");
    }
    List<String> texts = new ArrayList<>(all.length);
    for (InetAddress address : all) {
      if (address.getClass() == all[0].getClass()) {
        texts.add(address.getHostAddress());
      }
    }
    return List.copyOf(texts);
  }

  NameStatus status() {
    return new NameStatus(host, addresses, resolutions, failures, lastError);
  }
}
