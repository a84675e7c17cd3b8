// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The one way in which a thread of the agent works on and on: whatever a turn throws, an {@code
 * OutOfMemoryError} of a moment as well, is counted, said once, shown in {@code status}, and the
 * loop goes on. If a watch died, a rule that is added later would silently have no effect.
 *
 * <p>To note a failure needs no memory; to tell of it does, and is left out when there is none. Any
 * thread may call any method.
 */
public final class AgentLoop {
  private static final long FIRST_PAUSE = 10_000_000L;
  private static final long LONGEST_PAUSE = 1_000_000_000L;

  /** Bounded by the names of our threads. */
  private static final ConcurrentMap<String, AgentLoop> ALL = new ConcurrentHashMap<>();

  private final String name;
  private final AtomicLong failures = new AtomicLong();

  /** Of turns that failed since the last good one. */
  private volatile int inARow;

  /** Null: none has failed. */
  private volatile Class<?> lastFailure;

  private volatile long lastFailureMillis;

  private AgentLoop(String name) {
    this.name = name;
  }

  /**
   * The loop of that name; the same object for the same name.
   *
   * @param name that of its thread; from a bounded set
   */
  public static AgentLoop named(String name) {
    return ALL.computeIfAbsent(name, AgentLoop::new);
  }

  /** One turn of a loop, or one piece of work that must not end its thread. */
  @FunctionalInterface
  public interface Turn {
    /** Does the work; may throw anything. */
    void run() throws Exception;
  }

  /**
   * Runs turns until it is over. An interrupt is no reason to end: an application may interrupt
   * every thread that it finds. After a turn that failed there is a pause, from 10 ms to 1 s.
   *
   * @param over whether to end; asked before each turn
   */
  public void run(BooleanSupplier over, Turn turn) {
    while (!over.getAsBoolean()) {
      if (!turn(turn) && !over.getAsBoolean()) {
        pause();
      }
    }
  }

  /** Runs one turn and keeps what it throws; false if it threw something. */
  public boolean turn(Turn turn) {
    try {
      turn.run();
      inARow = 0;
      return true;
    } catch (InterruptedException e) {
      // The agent does not end its threads by an interrupt alone: clear the flag, so that the next
      // turn can wait.
      return false;
    } catch (Throwable e) {
      failed(e);
      return false;
    }
  }

  /** Notes what went wrong; never throws. */
  public void failed(Throwable error) {
    try {
      failures.incrementAndGet();
      lastFailureMillis = System.currentTimeMillis();
      lastFailure = error.getClass();
      inARow = Math.min(inARow + 1, 30);
      // The type only: a message may quote a file or a key.
      Log.warnOnce(
          "loop." + name + "." + error.getClass().getName(),
          name
              + ": "
              + error.getClass().getName()
              + " was caught"
              + at(error)
              + "; the thread goes on (said once; `status` counts)");
    } catch (Throwable noMemoryToTell) {
      // Counted it is.
    }
  }

  private static String at(Throwable error) {
    StackTraceElement[] frames = error.getStackTrace();
    for (StackTraceElement frame : frames) {
      if (frame.getClassName().startsWith("io.inboard.")) {
        return " at " + frame.getClassName() + ":" + frame.getLineNumber();
      }
    }
    return "";
  }

  private void pause() {
    int failed = inARow;
    if (failed > 0) {
      LockSupport.parkNanos(this, Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failed - 1, 7)));
    }
  }

  /** How many turns have failed since the start. */
  public long failures() {
    return failures.get();
  }

  /** All loops that there are, by name. */
  public static List<Report> reports() {
    List<Report> reports = new ArrayList<>();
    for (AgentLoop loop : ALL.values()) {
      Class<?> last = loop.lastFailure;
      reports.add(
          new Report(
              loop.name,
              loop.failures.get(),
              last == null ? "" : last.getName(),
              last == null
                  ? Optional.empty()
                  : Optional.of(Instant.ofEpochMilli(loop.lastFailureMillis))));
    }
    reports.sort(Comparator.comparing(Report::name));
    return List.copyOf(reports);
  }

  /**
   * How one loop fares, for {@code status}.
   *
   * @param name of its thread
   * @param failures turns that threw something, since the start
   * @param lastFailure the type of what was thrown last; empty if nothing was
   * @param lastFailureAt when that was
   */
  public record Report(
      String name, long failures, String lastFailure, Optional<Instant> lastFailureAt) {}
}
