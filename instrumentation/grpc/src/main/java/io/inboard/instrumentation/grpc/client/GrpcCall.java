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

  /** What is sent next; nothing is under way. */
  private void follow(Step step) {
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
    Flight flight = Flight.of(attempt);
    CallOptions with = options.withOption(Flight.KEY, flight).withStreamTracerFactory(flight);
    long bound = attempt.timeoutNanos();
    if (bound != Long.MAX_VALUE && method.getType() == MethodType.UNARY) {
      with = bounded(with, bound);
    }
    ClientCall<Q, R> sent = next.newCall(method, with);
    attempt.onTimeout(
        () -> {
          flight.timeUp();
          sent.cancel("inboard: the time of the call is up", null);
        });
    run(sent, new Response(flight, sent));
  }

  /** The server is told of a bound of ours, too; the smaller one counts. */
  private static CallOptions bounded(CallOptions options, long nanos) {
    io.grpc.Deadline given = options.getDeadline();
    io.grpc.Deadline ours = io.grpc.Deadline.after(nanos, TimeUnit.NANOSECONDS);
    return given != null && given.isBefore(ours) ? options : options.withDeadline(ours);
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

  /** What comes back of one attempt, on the channel's threads, one after the other. */
  private final class Response extends Listener<R> {
    private final Flight flight;
    private final ClientCall<Q, R> sent;

    /** Held back until a message shows that the server means it; null: none. */
    private Metadata head;

    private boolean handedOn;

    /** What still comes is nobody's. */
    private boolean over;

    Response(Flight flight, ClientCall<Q, R> sent) {
      this.flight = flight;
      this.sent = sent;
    }

    @Override
    public void onReady() {
      if (!over) {
        listener.onReady();
      }
    }

    @Override
    public void onHeaders(Metadata received) {
      head = received;
      // A server that fails a call of one message has often sent its head before.
      if (!over && method.getType() != MethodType.UNARY) {
        succeed();
      }
    }

    @Override
    public void onMessage(R message) {
      if (!over && !handedOn) {
        succeed();
      }
      if (!over) {
        listener.onMessage(message);
      }
    }

    private void succeed() {
      flight.attempt().protocolVersion("2");
      Metadata received = head == null ? new Metadata() : head;
      Step step = call.responded(flight.attempt(), 200, name -> Headers.all(received, name));
      if (step instanceof Step.Deliver) {
        handOn();
      } else {
        over = true;
        sent.cancel("inboard: not good enough", null);
        follow(step);
      }
    }

    private void handOn() {
      handedOn = true;
      committed = true;
      steps.execute(said::forget);
      if (!method.getType().serverSendsOneMessage()) {
        // A stream is not bound by the time of a call.
        call.done();
      }
      if (head != null) {
        listener.onHeaders(head);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (over) {
        return;
      }
      over = true;
      if (!handedOn) {
        decide(status, trailers);
      } else {
        call.done();
        listener.onClose(flight.isTimeUp() ? timedOut(status) : status, trailers);
      }
    }

    private void decide(Status status, Metadata trailers) {
      Step step;
      boolean ours = flight.isTimeUp();
      if (flight.isAnswered() && !ours) {
        step =
            call.responded(
                flight.attempt(),
                Statuses.http(status.getCode()),
                name -> Headers.all(trailers, name));
      } else {
        step =
            call.failed(
                flight.attempt(),
                ours ? Statuses.error(timedOut(status)) : Statuses.error(status),
                flight.progress(status));
        if (!ours && isOver(status) && step instanceof Step.Send) {
          call.abandoned();
          step = Step.DELIVER;
        }
      }
      if (step instanceof Step.Deliver) {
        handOn();
        call.done();
        listener.onClose(ours ? timedOut(status) : status, trailers);
      } else {
        follow(step);
      }
    }

    /** The application's own time is up, or it has cancelled. */
    private boolean isOver(Status status) {
      io.grpc.Deadline deadline = options.getDeadline();
      return status.getCode() == Status.Code.CANCELLED
          || (deadline != null && deadline.isExpired());
    }

    private Status timedOut(Status status) {
      return status.getCode() == Status.Code.CANCELLED
          ? Status.DEADLINE_EXCEEDED.withDescription(status.getDescription())
          : status;
    }
  }
}
