// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/**
 * How a library that never blocks its caller sends the attempts of one {@link AsyncCall}. Used by
 * one thread at a time, which must not be blocked; {@link #beside} and {@link Sending#stop} may
 * come while an attempt is under way.
 *
 * @param <R> the library's response, with a head that was read and a body that was not
 */
public interface AsyncTransport<R> {
  /**
   * Makes the attempt ready that is sent next. All attempts before it are over.
   *
   * @throws RuntimeException before anything was sent: the call fails; of the first attempt {@link
   *     AsyncCall#execute} throws it
   */
  Sending<R> prepare(Attempt attempt);

  /** Whether the library can have a second attempt under way beside the first. */
  default boolean isHedgeable() {
    return false;
  }

  /** The same for an attempt that goes out beside one that is slow. Must not block. */
  default Sending<R> beside(Attempt attempt) {
    throw new UnsupportedOperationException("one attempt at a time");
  }

  /** The status of a response, 100 to 999. */
  int status(R response);

  /** The version of HTTP that a response speaks, as {@link Attempt#protocolVersion} has it. */
  String version(R response);

  /** The headers of a response. */
  HeaderView headers(R response);

  /**
   * Whether the library can send once more, after what came of the last attempt.
   *
   * @param response null after an error
   */
  boolean canSendAgain(R response);

  /**
   * Gives up a response that the application does not get; keeps its connection where it can.
   *
   * @return complete when the connection may be used again; also exceptionally
   */
  CompletionStage<?> discard(R response);

  /**
   * Makes the library's response out of an answer of the mesh.
   *
   * @return null if it was put into the library itself
   * @throws IOException when the library cannot have one here
   */
  R answer(Step.Answer answer) throws IOException;

  /** The library's exception for a time that is up. */
  IOException timeout(String message);

  /**
   * Where a call goes on after a wait: the library's own threads, or its event loop. May reject
   * tasks once the library is shut down.
   */
  Executor executor();

  /** An error in the agent's own code, for the log. */
  void mistake(Throwable error);

  /**
   * One attempt in the library.
   *
   * @param <R> the library's response
   */
  interface Sending<R> {
    /**
     * Sends the attempt; asked once.
     *
     * @param ended takes the head of the response, or the error; on any thread
     */
    void send(BiConsumer<R, Throwable> ended);

    /** Closes its connection, or resets its stream. Idempotent; any thread; must not block. */
    void stop(IOException cause);

    /**
     * The attempt has ended, and the mesh is about to hear of it: tells the attempt what is known
     * of its connection.
     *
     * @param response null after an error
     * @return how far an attempt came that has failed
     */
    Progress ended(R response, Throwable error);
  }
}
