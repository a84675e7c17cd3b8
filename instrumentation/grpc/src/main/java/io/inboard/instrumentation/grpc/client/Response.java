// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.inboard.call.GrpcStatus;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * What comes back of one attempt of a call, on the channel's threads, one after the other. How a
 * unary call went is known at its end, so its head and its message are held until then; a stream is
 * handed on from its head.
 */
final class Response<Q, R> extends ClientCall.Listener<R> {
  private final GrpcCall<Q, R> of;
  private final Flight flight;
  private final ClientCall<Q, R> sent;

  /** Null: none has come. */
  private Metadata head;

  /** One, unless the server errs; empty once they are handed on. */
  private final List<R> held = new ArrayList<>(1);

  private boolean handedOn;

  /** What still comes is nobody's. */
  private boolean over;

  Response(GrpcCall<Q, R> of, Flight flight, ClientCall<Q, R> sent) {
    this.of = of;
    this.flight = flight;
    this.sent = sent;
  }

  @Override
  public void onReady() {
    if (!over) {
      of.listener().onReady();
    }
  }

  @Override
  public void onHeaders(Metadata received) {
    head = received;
    if (!over && !isHeld()) {
      succeed();
    }
  }

  private boolean isHeld() {
    return of.type() == MethodType.UNARY;
  }

  @Override
  public void onMessage(R message) {
    if (over) {
      return;
    }
    if (!handedOn && isHeld()) {
      held.add(message);
      return;
    }
    if (!handedOn) {
      succeed();
    }
    if (!over) {
      of.listener().onMessage(message);
    }
  }

  /** The head of a stream is there. */
  private void succeed() {
    flight.attempt().protocolVersion("2");
    Metadata received = head == null ? new Metadata() : head;
    Step step = of.call().responded(flight.attempt(), 200, name -> Headers.all(received, name));
    if (step instanceof Step.Deliver) {
      handOn();
      if (!of.type().serverSendsOneMessage()) {
        // A stream is not bound by the time of a call.
        of.call().done();
      }
    } else {
      over = true;
      sent.cancel("inboard: not good enough", null);
      of.follow(step);
    }
  }

  private void handOn() {
    handedOn = true;
    of.commit();
    if (head != null) {
      of.listener().onHeaders(head);
    }
    held.forEach(of.listener()::onMessage);
    held.clear();
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    Status ended = flight.isTimeUp() ? timedOut(status) : status;
    flight.attempt().grpcStatus(ended.getCode().value());
    if (over) {
      return;
    }
    over = true;
    if (handedOn) {
      of.call().done();
      of.listener().onClose(ended, trailers);
      return;
    }
    Step step = decide(status, ended, trailers);
    if (step instanceof Step.Deliver) {
      handOn();
      of.call().done();
      of.listener().onClose(ended, trailers);
    } else {
      of.follow(step);
    }
  }

  /** What the mesh makes of an attempt that has ended before the application has seen it. */
  private Step decide(Status status, Status ended, Metadata trailers) {
    if (flight.isAnswered() && !flight.isTimeUp()) {
      return of.call().responded(flight.attempt(), 200, answer(status, trailers));
    }
    Step step = of.call().failed(flight.attempt(), Statuses.error(ended), flight.progress(status));
    if (!flight.isTimeUp() && of.isOver(status) && step instanceof Step.Send) {
      of.call().abandoned();
      return Step.DELIVER;
    }
    return step;
  }

  /** The trailers as the server has sent them: gRPC takes its own out. */
  private static HeaderView answer(Status status, Metadata trailers) {
    return name ->
        name.equals(GrpcStatus.HEADER)
            ? List.of(Integer.toString(status.getCode().value()))
            : Headers.all(trailers, name);
  }

  private static Status timedOut(Status status) {
    return status.getCode() == Status.Code.CANCELLED
        ? Status.DEADLINE_EXCEEDED.withDescription(status.getDescription())
        : status;
  }
}
