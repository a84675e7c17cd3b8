// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/**
 * One application-level call: a state machine that says what the library does next. The library
 * keeps its threads, its connections and its body; the retry loop lives in the adapter, the
 * decision here.
 *
 * <pre>
 *   Step step = call.first();
 *   loop: Send          → wait its delay, send attempt → responded(..) or failed(..) gives the next step
 *         Later         → the next step comes with the future: wait for it, or go on when it is there
 *         OtherInFlight → of two attempts under way the other one goes on: its report gives the next step
 *         Deliver       → the application gets the response, or the error, that the library has
 *         Refuse        → the application gets an error of the library's own kind; nothing (more) is sent
 *         Answer        → the application gets this response; nothing (more) is sent
 *   finally: done()
 * </pre>
 *
 * Steps of one call follow each other and never overlap, but may come from different threads; the
 * adapter's hand-over between them (a lock, a future's completion) gives the needed happens-before.
 * {@link #abandoned} and {@link #done} may come from any thread at any time.
 *
 * <p>No method blocks, throws or resolves a name: each may be called on an event loop. What would
 * have to be waited for (the addresses of a destination, a place in its pool) is a {@link
 * Step.Later}.
 */
public interface Call {
  /**
   * A call that the mesh leaves alone: no header, no endpoint, no span. Compare with {@code ==}.
   */
  Call UNTOUCHED = new Untouched();

  /**
   * Whether the mesh only watches this call: {@link #first} is a {@link Step.Send} without delay,
   * of an attempt without endpoint, TLS plan or bounds; every later step is {@link Step.Deliver};
   * no body is kept or looked at. So an adapter may let the library send as without us: it writes
   * the attempt's headers, reports what came of it by {@link #responded} or {@link #failed}, and
   * says {@link #abandoned} and {@link #done} as ever. It may as well follow the steps.
   */
  default boolean isWatched() {
    return false;
  }

  /**
   * Decides the first attempt. Called once, before all other steps.
   *
   * @return {@link Step.Send}: the attempt, perhaps after an injected delay. {@link Step.Refuse}:
   *     nothing is sent. {@link Step.Answer}: an injected fault, or a fallback in place of a
   *     refusal. {@link Step.Later}: one of the former comes later (the endpoints are not known
   *     yet, the pool is full, a fault is delayed). {@link Step.Deliver}: only when the call was
   *     given up meanwhile; there is nothing to hand on, and the application waits for nothing.
   *     Never {@link Step.OtherInFlight}
   */
  Step first();

  /**
   * The response head of an attempt has arrived, and the application has not seen it.
   *
   * @param status the HTTP status, 100 to 999 (interim responses are not reported)
   * @return any step; {@link Step.Refuse} only where one of our bounds had ended the attempt
   *     before, or what was to be sent next cannot be secured
   */
  Step responded(Attempt attempt, int status, HeaderView headers);

  /**
   * An attempt ended without a complete response head. That includes the application's own timeout
   * (its read timeout, its bound of the request), told by the library's timeout exception: it
   * counts against the endpoint like any other failure, or an instance that hangs would never be
   * found out. The application's time being spent, the adapter then follows no {@link Step.Send};
   * it says {@link #abandoned} to one.
   */
  Step failed(Attempt attempt, Throwable error, Progress progress);

  /**
   * Asks for a second attempt beside one that has not been answered within {@link
   * Attempt#hedgeAfterNanos}. Both are then under way; steps still follow each other.
   *
   * <p>The first of the two whose {@link #responded} gives {@link Step.Deliver} is the winner: the
   * adapter stops the other one's I/O and reports it with {@link #lost}. When one fails, or its
   * answer is not good enough, while the other is under way, the step is {@link
   * Step.OtherInFlight}.
   *
   * @return {@link Step.Send} without delay, or {@link Step.Deliver}: no second one
   */
  default Step hedge(Attempt slow) {
    return Step.DELIVER;
  }

  /**
   * The other attempt has won; this one was stopped. Does not count for or against the endpoint.
   */
  default void lost(Attempt attempt) {}

  /**
   * Asks to keep more bytes of a one-shot body for a repetition. What is kept is the adapter's; the
   * mesh counts, per call and for the whole JVM, until the call ends. Any thread.
   *
   * @param more bytes, beyond those of earlier questions
   * @return false: too much, or nothing will be repeated: forget what was kept, and do not ask
   *     again; the body then is {@link OutboundRequest.Body#ONE_SHOT} once a byte of it was read
   */
  default boolean mayKeep(int more) {
    return false;
  }

  /**
   * How many bytes of the response's body the mesh would like to see, once it is read to its end by
   * the application (the last good answer of a fallback); 0: none. Asked after a step {@link
   * Step.Deliver} that follows {@link #responded}.
   */
  default int bodyWanted() {
    return 0;
  }

  /** A whole body of at most {@link #bodyWanted} bytes, after its end and before {@link #done}. */
  default void body(byte[] whole) {}

  /**
   * The application gave up: it cancelled or closed; or what was decided is not sent, because the
   * library cannot or the application's time does not allow it. Counts neither for nor against the
   * endpoint of an attempt that was not reported. Idempotent.
   */
  void abandoned();

  /**
   * The response body was read to its end or closed, or the library cannot tell and has handed on
   * the head. Ends the total timeout. Idempotent.
   */
  void done();

  /** How far an attempt came before it failed; decides whether repeating it is safe. */
  enum Progress {
    /** No connection, or no TLS session: the server has seen no byte of the request. */
    NOT_CONNECTED,
    /**
     * Connected (perhaps a pooled connection found dead), but no byte of the request was written.
     */
    NOT_SENT,
    /** Bytes of the request were written, or may have been; no byte of a response arrived. */
    SENT,
    /** A part of the response arrived. */
    RESPONSE_STARTED,
    /**
     * The server said that it did not process the request: RST_STREAM(REFUSED_STREAM), or a GOAWAY
     * with a smaller last stream (RFC 9113 sections 6.8 and 8.7).
     */
    REFUSED_STREAM
  }
}
