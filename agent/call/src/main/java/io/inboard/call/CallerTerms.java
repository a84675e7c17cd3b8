// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.Objects;

/**
 * What the caller of a request that this JVM serves has said of it, for the calls that are made on
 * its behalf: how long it waits, and whether the request is a repetition already. Made when the
 * request arrives, read by any thread that works for it. Work that this JVM does once more by
 * itself has terms of its own ({@link #again}).
 */
public final class CallerTerms {
  /** A deadline that never comes. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  /** No request, or one whose caller said nothing. Takes no remark. */
  public static final CallerTerms NONE = new CallerTerms(NO_DEADLINE, false, false, "");

  private final long deadlineNanos;
  private final boolean enforced;
  private final boolean repetition;
  private final String source;
  private final String repeatedBy;

  /** Those of the request, which take the remarks; null: these are. */
  private final CallerTerms origin;

  /** Empty: none. Any thread writes; the last one counts. */
  private volatile String noRetry = "";

  /**
   * @param deadlineNanos when the caller stops waiting, on the mesh's monotonic clock; {@link
   *     #NO_DEADLINE}: never
   * @param enforced whether work for the request ends at the deadline, also where no timeout is
   *     configured; false: the deadline is passed on and shortens configured timeouts only
   * @param repetition whether the caller sent the request again, or serves one that was sent again,
   *     as its attempt count says
   * @param source the caller's address, without port; empty if unknown
   */
  public CallerTerms(long deadlineNanos, boolean enforced, boolean repetition, String source) {
    this(deadlineNanos, enforced, repetition, source, "", null);
  }

  private CallerTerms(
      long deadlineNanos,
      boolean enforced,
      boolean repetition,
      String source,
      String repeatedBy,
      CallerTerms origin) {
    this.repeatedBy = Objects.requireNonNull(repeatedBy);
    this.origin = origin;
    this.deadlineNanos = deadlineNanos;
    this.enforced = enforced;
    this.repetition = repetition;
    this.source = Objects.requireNonNull(source);
  }

  /**
   * The same for work of this request that this JVM does once more, since it has failed: a library
   * of the application repeats it. Its calls are repetitions, like those for a request that the
   * caller sent again.
   *
   * @param library which repeats it, by its name in {@code status}
   */
  public CallerTerms again(String library) {
    return new CallerTerms(
        deadlineNanos, enforced, true, source, library, origin == null ? this : origin);
  }

  /** When the caller stops waiting, on the mesh's monotonic clock; compare by difference. */
  public long deadlineNanos() {
    return deadlineNanos;
  }

  /** Whether there is a deadline. */
  public boolean bounded() {
    return deadlineNanos != NO_DEADLINE;
  }

  /** Whether work for the request ends at the deadline. */
  public boolean enforced() {
    return enforced;
  }

  /** Whether the request is itself a retry: retries of retries multiply. */
  public boolean repetition() {
    return repetition;
  }

  /** The library of this JVM that repeats the work; empty: none does. */
  public String repeatedBy() {
    return repeatedBy;
  }

  /** The caller's address, without port; empty if unknown. */
  public String source() {
    return source;
  }

  /**
   * Notes that a call made for this request has used up what may be repeated, so that repeating the
   * whole request would do harm; the caller is told with the response.
   *
   * @param reason one word: {@code budget}, {@code breaker}, ...
   */
  public void discourageRetry(String reason) {
    Objects.requireNonNull(reason);
    if (origin != null) {
      origin.discourageRetry(reason);
    } else if (this != NONE) {
      noRetry = reason;
    }
  }

  /** Why the caller should not repeat the request; empty: nothing is known against it. */
  public String noRetry() {
    return origin == null ? noRetry : origin.noRetry();
  }
}
