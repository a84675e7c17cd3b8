// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;
import java.io.IOException;

/**
 * How a library that blocks its caller sends the attempts of one {@link BlockingCall}. Used by the
 * calling thread alone; only what {@link #begin} returns is run by another.
 *
 * @param <R> the library's response, with a head that was read and a body that was not
 */
public interface Transport<R> {
  /**
   * An attempt begins; it is sent next.
   *
   * @return stops the attempt's I/O, also before it is sent; run by the mesh's timer, must not
   *     block
   */
  Runnable begin(Attempt attempt);

  /**
   * Sends the attempt that has begun, and waits for the head of its response.
   *
   * @return the response; null if the library goes on by itself from here, and its adapter reports
   *     what comes with {@link BlockingCall#responded} or {@link BlockingCall#failed}
   * @throws Throwable what the library throws when the attempt fails
   */
  R send(Attempt attempt) throws Throwable;

  /** The status of a response; below 100: what came is no response of HTTP. */
  int status(R response);

  /**
   * The version of HTTP that a response speaks, as {@link Attempt#protocolVersion} has it. Asked
   * where there is a status.
   */
  String version(R response);

  /** The headers of a response. */
  HeaderView headers(R response);

  /** How far the attempt came that has failed. */
  Progress progress(Throwable error);

  /** What the failure of an attempt means for the call. */
  Failure failure(Throwable error);

  /**
   * Whether the library can send once more, after what came of the last attempt.
   *
   * @param response null after an error
   */
  boolean canSendAgain(R response);

  /** How long the application still waits, in nanoseconds; {@link Long#MAX_VALUE}: for ever. */
  default long nanosLeft() {
    return Long.MAX_VALUE;
  }

  /** Gives up a response that the application will not see; keeps its connection where it can. */
  void discard(R response);

  /**
   * Makes the library's response out of an answer of the mesh.
   *
   * @return null as for {@link #send}
   * @throws IOException when the library cannot have one here
   */
  R answer(Step.Answer answer) throws IOException;

  /** The library's exception for a time that is up. */
  IOException timeout(String message);

  /** What the library throws when the application's own time is up before an attempt is sent. */
  default IOException waitedTooLong() {
    return timeout("timeout");
  }

  /** The library's exception for a call that the application has cancelled. */
  IOException cancelled();

  /** What the failure of an attempt means for the call. */
  enum Failure {
    /** The attempt failed; the mesh may make another. */
    OF_ATTEMPT,
    /** The application's own time is up: the attempt counts as failed, and none follows. */
    TIME_IS_UP,
    /** The application gave up: nobody is to blame, and no attempt follows. */
    GIVEN_UP
  }
}
