// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;

/**
 * One attempt on its way through the channel, which may send it more than once by itself where the
 * server has not seen it. Read by the picker on any thread; written by the transport's thread.
 */
final class Flight extends ClientStreamTracer.Factory {
  static final CallOptions.Key<Flight> KEY = CallOptions.Key.create("io.inboard.flight");

  private final Attempt attempt;
  private final boolean bounded;
  private final Status refusal;

  /** What the picker has it wait for; null before. Picks of one call follow each other. */
  private volatile Line line;

  private volatile Progress progress = Progress.NOT_CONNECTED;

  /** Whether the server has ended it, by trailers. */
  private volatile boolean answered;

  private volatile boolean timedOut;

  private Flight(Attempt attempt, boolean bounded, Status refusal) {
    this.attempt = attempt;
    this.bounded = bounded;
    this.refusal = refusal;
  }

  /**
   * @param bounded whether the time of the call is that of its last message, too: the server is
   *     told of it
   */
  static Flight of(Attempt attempt, boolean bounded) {
    return new Flight(attempt, bounded, null);
  }

  /** One that ends with that status, and is not sent. */
  static Flight refused(Status refusal) {
    return new Flight(null, false, refusal);
  }

  Attempt attempt() {
    return attempt;
  }

  /** Null: it is sent. */
  Status refusal() {
    return refusal;
  }

  Line line() {
    return line;
  }

  void line(Line chosen) {
    line = chosen;
  }

  void timeUp() {
    timedOut = true;
  }

  boolean isTimeUp() {
    return timedOut;
  }

  boolean isAnswered() {
    return answered;
  }

  /**
   * How far it came.
   *
   * @param status not of the server's, which may write into it what it likes
   */
  Progress progress(Status status) {
    String why = status.getDescription();
    return progress == Progress.SENT && why != null && why.contains("REFUSED_STREAM")
        ? Progress.REFUSED_STREAM
        : progress;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    progress = Progress.NOT_CONNECTED;
    attempt.writeHeaders(new Headers(headers, bounded));
    return new Tracer();
  }

  /** One physical stream. */
  private final class Tracer extends ClientStreamTracer {
    @Override
    public void streamCreated(Attributes transport, Metadata headers) {
      progress = Progress.NOT_SENT;
      Line over = line;
      attempt.connected(over == null ? null : over.target().session());
    }

    @Override
    public void outboundHeaders() {
      progress = Progress.SENT;
    }

    @Override
    public void inboundHeaders() {
      progress = Progress.RESPONSE_STARTED;
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      answered = true;
      attempt.protocolVersion("2");
    }
  }
}
