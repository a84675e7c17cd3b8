// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Inboard;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.call.client.Delays;
import io.inboard.call.client.Refusals;
import io.inboard.weave.HookErrors;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * A call of the application, and the calls of the channel that are its attempts. What the
 * application does to it goes through a synchronization context, so that what is said again to a
 * later attempt and what is said meanwhile keep their order. What comes back goes to the
 * application on the thread on which the channel brings it.
 */
final class GrpcCall<Q, R> extends ClientCall<Q, R> {
  private final SynchronizationContext steps =
      new SynchronizationContext((thread, e) -> mistaken(e));

  private final Route route;
  private final MethodDescriptor<Q, R> method;
  private final CallOptions options;
  private final Channel next;
  private final Said<Q> said;

  /** Written before anything is sent. */
  private Listener<R> listener;

  private Metadata headers;
  private Call call = Call.UNTOUCHED;

  /** The attempt under way, or the last one; null before. Written in {@link #steps}. */
  private volatile ClientCall<Q, R> current;

  /** Whether the application has an attempt's answer, from its head on. */
  private volatile boolean committed;

  private volatile boolean cancelled;

  GrpcCall(Route route, MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    this.route = route;
    this.method = method;
    this.options = options;
    this.next = next;
    this.said = new Said<>(method.getType().clientSendsOneMessage());
  }

  @Override
  public void start(Listener<R> responses, Metadata metadata) {
    listener = responses;
    headers = metadata;
    Step first;
    try {
      call =
          Inboard.outbound()
              .begin(new CallRequest(route, method.getFullMethodName(), metadata, this::body));
      first = call == Call.UNTOUCHED ? Step.DELIVER : call.first();
    } catch (RuntimeException | LinkageError e) {
      HookErrors.report(GrpcClientHooks.NAME, GrpcCall.class, e);
      Optional<SSLException> refusal =
          Refusals.failClosed(
              GrpcClientHooks.NAME,
              route.plain() ? "http" : "https",
              route.host(),
              route.port(),
              e);
      call = Call.UNTOUCHED;
      if (refusal.isPresent()) {
        refuse(unsecured(refusal.get()));
        return;
      }
      first = Step.DELIVER;
    }
    if (call == Call.UNTOUCHED) {
      committed = true;
      run(next.newCall(method, options), listener);
    } else {
      follow(first);
    }
  }

  private static Status unsecured(SSLException why) {
    return Status.UNAVAILABLE.withDescription(why.getMessage()).withCause(why);
  }

  private Body body() {
    return said.isWhole() ? Body.REPLAYABLE : Body.ONE_SHOT;
  }

  // What an attempt's response asks of its call.

  Call call() {
    return call;
  }

  Listener<R> listener() {
    return listener;
  }

  MethodType type() {
    return method.getType();
  }

  /** The application has an attempt's answer; it is not said again to another one. */
  void commit() {
    committed = true;
    steps.execute(said::forget);
  }

  /** The application's own time is up, or it has cancelled. */
  boolean isOver(Status status) {
    io.grpc.Deadline deadline = options.getDeadline();
    return status.getCode() == Status.Code.CANCELLED || (deadline != null && deadline.isExpired());
  }

  /** What is sent next; nothing is under way. */
  void follow(Step step) {
    if (step instanceof Step.Send send) {
      if (send.delayNanos() == 0) {
        launch(send.attempt());
      } else {
        Delays.OF_JDK.after(
            send.delayNanos(), () -> executor().execute(() -> launch(send.attempt())));
      }
    } else if (step instanceof Step.Later later) {
      var unused =
          later
              .next()
              .whenCompleteAsync(
                  (decided, e) -> {
                    if (e == null) {
                      follow(decided);
                    } else {
                      mistaken(e);
                    }
                  },
                  executor());
    } else if (step instanceof Step.Refuse refuse) {
      refuse(Statuses.of(refuse));
    } else if (step instanceof Step.Answer answer) {
      refuse(Statuses.of(answer));
    } else {
      refuse(Status.CANCELLED.withDescription("inboard: the call was given up"));
    }
  }

  private Executor executor() {
    Executor given = options.getExecutor();
    return given == null ? ForkJoinPool.commonPool() : given;
  }

  private void launch(Attempt attempt) {
    if (cancelled) {
      call.abandoned();
      refuse(Status.CANCELLED.withDescription("the call was cancelled"));
      return;
    }
    Flight flight = Flight.of(attempt, isUnary());
    CallOptions with = options.withOption(Flight.KEY, flight).withStreamTracerFactory(flight);
    if (isUnary()) {
      with = bounded(with, attempt);
    }
    ClientCall<Q, R> sent = next.newCall(method, with);
    attempt.onTimeout(
        () -> {
          flight.timeUp();
          sent.cancel("inboard: the time of the call is up", null);
        });
    run(sent, new Response<>(this, flight, sent));
  }

  /**
   * gRPC tells the server of its own deadline, over what the mesh has written into the headers: so
   * the smaller of the two becomes that deadline. A stream may take longer than its head, and is
   * bounded by the application alone.
   */
  private static CallOptions bounded(CallOptions options, Attempt attempt) {
    io.grpc.Deadline given = options.getDeadline();
    long bound = attempt.timeoutNanos();
    if (given != null) {
      bound = Math.min(bound, attempt.toldNanos());
    }
    if (bound == Long.MAX_VALUE) {
      return options;
    }
    io.grpc.Deadline ours = io.grpc.Deadline.after(bound, TimeUnit.NANOSECONDS);
    return given != null && given.isBefore(ours) ? options : options.withDeadline(ours);
  }

  private boolean isUnary() {
    return method.getType() == MethodType.UNARY;
  }

  private void run(ClientCall<Q, R> sent, Listener<R> responses) {
    Metadata copy = new Metadata();
    copy.merge(headers);
    steps.execute(
        () -> {
          current = sent;
          sent.start(responses, committed ? headers : copy);
          said.repeatTo(sent);
          if (cancelled) {
            sent.cancel("the call was cancelled", null);
          }
        });
  }

  /** The channel itself tells the application, on the right thread. */
  private void refuse(Status status) {
    committed = true;
    call.done();
    Flight refused = Flight.refused(status);
    run(next.newCall(method, options.withOption(Flight.KEY, refused)), listener);
  }

  private void mistaken(Throwable e) {
    HookErrors.report(GrpcClientHooks.NAME, GrpcCall.class, e);
    ClientCall<Q, R> under = current;
    if (under == null) {
      refuse(Status.INTERNAL.withDescription("inboard: the call cannot go on").withCause(e));
    } else {
      under.cancel("inboard: the call cannot go on", e);
    }
  }

  @Override
  public void request(int messages) {
    steps.execute(
        () -> {
          said.requested(messages);
          ClientCall<Q, R> to = current;
          if (to != null) {
            to.request(messages);
          }
        });
  }

  @Override
  public void sendMessage(Q message) {
    steps.execute(
        () -> {
          said.message(message);
          ClientCall<Q, R> to = current;
          if (to != null) {
            to.sendMessage(message);
          }
        });
  }

  @Override
  public void halfClose() {
    steps.execute(
        () -> {
          said.halfClosed();
          ClientCall<Q, R> to = current;
          if (to != null) {
            to.halfClose();
          }
        });
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    steps.execute(
        () -> {
          said.compression(enabled);
          ClientCall<Q, R> to = current;
          if (to != null) {
            to.setMessageCompression(enabled);
          }
        });
  }

  @Override
  public void cancel(String message, Throwable cause) {
    cancelled = true;
    call.abandoned();
    steps.execute(
        () -> {
          ClientCall<Q, R> to = current;
          if (to != null) {
            to.cancel(message, cause);
          }
        });
  }

  @Override
  public boolean isReady() {
    ClientCall<Q, R> under = current;
    return under != null && under.isReady();
  }

  @Override
  public Attributes getAttributes() {
    ClientCall<Q, R> under = current;
    return under == null ? Attributes.EMPTY : under.getAttributes();
  }
}
