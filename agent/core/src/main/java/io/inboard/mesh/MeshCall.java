// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.CallerTerms;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.call.TlsPlan;
import io.inboard.discovery.Name;
import io.inboard.policy.CallDecision;
import io.inboard.policy.Decision;
import io.inboard.policy.DestinationPolicy;
import io.inboard.policy.EndpointState;
import io.inboard.policy.PolicyAttempt;
import io.inboard.time.Timer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A call to a destination. {@link CallDecision} decides it and keeps the time of its attempts; here
 * it gets addresses, TLS, an observer, and a timer for what it waits for.
 */
final class MeshCall implements Call, PolicyAttempt.Maker {
  /** Made beforehand: it is for when even making one may fail. */
  private static final Step NOT_SECURED =
      new Step.Refuse(Step.Reason.UNTRUSTED, "the call could not be decided");

  private final Destination destination;
  private final OutboundRequest request;
  private final CallDecision decision;
  private final CallObserver.OfCall observer;
  private final Means means;

  /**
   * Ends what is {@link #waiting}. Written by the step that waits, cancelled by the thread that
   * abandons the call.
   */
  private volatile Timer.Task task;

  /** What the adapter waits for before anything is sent; null: nothing. */
  private volatile CompletableFuture<Step> waiting;

  /** What all calls use. Safe for use by any thread. */
  record Means(Errors errors, Timer timer) {}

  MeshCall(
      Destination destination,
      DestinationPolicy policy,
      OutboundRequest request,
      CallerTerms terms,
      CallObserver.OfCall observer,
      Means means) {
    this.destination = destination;
    this.request = request;
    this.decision = policy.begin(request, terms, this);
    this.observer = observer;
    this.means = means;
  }

  @Override
  public PolicyAttempt make() {
    return new MeshAttempt(this);
  }

  @Override
  public Step first() {
    try {
      Optional<TlsPlan> plan = destination.plan(request.host());
      Decision first = decision.first(plan.isPresent() || !destination.wantsTls());
      if (decision.injectedDelayNanos() > 0 || decision.injectedStatus() > 0) {
        observer.injected(decision.injectedDelayNanos(), decision.injectedStatus());
      }
      return step(first, plan);
    } catch (RuntimeException | LinkageError e) {
      return failedToDecide(e);
    }
  }

  @Override
  public Step responded(Attempt attempt, int status, HeaderView headers) {
    try {
      return attempt instanceof MeshAttempt a
          ? step(decision.responded(a, status, headers))
          : Step.DELIVER;
    } catch (RuntimeException | LinkageError e) {
      return brokenOff(e);
    }
  }

  @Override
  public Step failed(Attempt attempt, Throwable error, Progress progress) {
    try {
      return attempt instanceof MeshAttempt a
          ? step(decision.failed(a, error, progress))
          : Step.DELIVER;
    } catch (RuntimeException | LinkageError e) {
      return brokenOff(e);
    }
  }

  private Step brokenOff(Throwable e) {
    finish();
    means.errors().add("deciding a call", e);
    return Step.DELIVER;
  }

  @Override
  public Step hedge(Attempt first) {
    try {
      Optional<TlsPlan> plan = destination.plan(request.host());
      if (!(first instanceof MeshAttempt a) || (plan.isEmpty() && destination.wantsTls())) {
        return Step.DELIVER;
      }
      return step(decision.hedge(a), plan);
    } catch (RuntimeException | LinkageError e) {
      means.errors().add("deciding a call", e); // The first attempt goes on.
      return Step.DELIVER;
    }
  }

  @Override
  public void lost(Attempt attempt) {
    try {
      if (attempt instanceof MeshAttempt a) {
        decision.lost(a);
      }
    } catch (RuntimeException | LinkageError e) {
      means.errors().add("deciding a call", e);
    }
  }

  @Override
  public boolean mayKeep(int more) {
    return decision.mayKeep(more);
  }

  @Override
  public void abandoned() {
    finish();
  }

  @Override
  public void done() {
    finish();
  }

  private Step step(Decision next) {
    // Asked again for every attempt: a rotation may have come in between.
    return step(
        next, next instanceof PolicyAttempt ? destination.plan(request.host()) : Optional.empty());
  }

  private Step step(Decision next, Optional<TlsPlan> plan) {
    if (next instanceof Decision.End end) {
      if (end.step() instanceof Step.Refuse refuse) {
        finish();
        observer.refused(refuse.reason(), refuse.message());
      } else if (end.step() instanceof Step.Answer) {
        finish();
      }
      return end.step();
    }
    if (next instanceof Decision.Pause pause) {
      return pause(pause);
    }
    if (next instanceof Decision.Queue queue) {
      return queue(queue);
    }
    MeshAttempt attempt = (MeshAttempt) next;
    if (plan.isEmpty() && destination.wantsTls()) {
      return untrusted();
    }
    Optional<Name> unresolved = destination.unresolved(attempt.target(), request.host(), plan);
    return unresolved.isPresent() ? whenResolved(unresolved.get(), attempt) : send(attempt, plan);
  }

  private Step send(MeshAttempt attempt, Optional<TlsPlan> plan) {
    attempt.to(destination.locate(attempt.target(), request.host(), request.port(), plan));
    // Given up on another thread: so is the attempt.
    return decision.over() ? Step.DELIVER : new Step.Send(attempt, attempt.delayNanos());
  }

  /**
   * The attempt is sent when its host's name is resolved, or has not been for as long as connecting
   * may take; then it fails as an unknown host fails.
   */
  private Step whenResolved(Name name, MeshAttempt attempt) {
    CompletableFuture<Step> later = new CompletableFuture<>();
    waiting = later;
    task = name.onAnswer(() -> complete(later, () -> sendNow(attempt)), decision.addressPatience());
    if (decision.over()) {
      finish();
    }
    return new Step.Later(later);
  }

  private Step sendNow(MeshAttempt attempt) {
    Optional<TlsPlan> plan = destination.plan(request.host());
    return plan.isEmpty() && destination.wantsTls() ? untrusted() : send(attempt, plan);
  }

  /**
   * Ends the waiting with the next step. Whatever is thrown while it is decided, there is one:
   * nobody but this thread would ever complete what the adapter waits for.
   */
  private void complete(CompletableFuture<Step> later, Supplier<Step> decided) {
    waiting = null; // A call that is refused would complete it with less than that.
    try {
      Step next = decision.over() ? Step.DELIVER : decided.get();
      if (next instanceof Step.Later another) {
        another.next().thenAccept(later::complete);
      } else {
        later.complete(next);
      }
    } catch (Throwable e) {
      complete(later, e);
    }
  }

  private void complete(CompletableFuture<Step> later, Throwable thrown) {
    waiting = null;
    Step next;
    try {
      next = failedToDecide(thrown);
    } catch (Throwable again) {
      next = destination.wantsTls() ? NOT_SECURED : Step.DELIVER;
    }
    later.complete(next);
  }

  /** Completes after the delay unless the call is abandoned. */
  private Step pause(Decision.Pause pause) {
    CompletableFuture<Step> later = new CompletableFuture<>();
    waiting = later;
    task =
        means
            .timer()
            .schedule(() -> complete(later, () -> step(decision.paused(pause))), pause.nanos());
    if (decision.over()) {
      finish();
    }
    return new Step.Later(later);
  }

  /** The next step comes on the thread that ends the waiting. */
  private Step queue(Decision.Queue queue) {
    CompletableFuture<Step> later = new CompletableFuture<>();
    waiting = later;
    await(queue, later);
    return new Step.Later(later);
  }

  private void await(Decision.Queue queue, CompletableFuture<Step> later) {
    Timer.Task late = means.timer().schedule(() -> waitedTooLong(queue, later), queue.nanos());
    task = late;
    decision.onTurn(
        queue,
        () -> {
          late.cancel();
          turn(later);
        });
    if (decision.over()) {
      finish();
    }
  }

  /** What the call waited for is there. */
  private void turn(CompletableFuture<Step> later) {
    try {
      Decision decided = decision.turn();
      if (decided instanceof Decision.Queue another) {
        await(another, later); // The endpoints are known, and the pool is full.
      } else {
        complete(later, () -> step(decided));
      }
    } catch (Throwable e) {
      complete(later, e);
    }
  }

  private void waitedTooLong(Decision.Queue queue, CompletableFuture<Step> later) {
    try {
      Decision refused = decision.waitedTooLong(queue);
      if (refused != null) {
        complete(later, () -> step(refused));
      }
    } catch (Throwable e) {
      complete(later, e);
    }
  }

  /** Fails open, except where that would send in the clear what was to be encrypted. */
  private Step failedToDecide(Throwable e) {
    finish();
    means.errors().add("deciding a call", e);
    return destination.wantsTls() ? untrusted() : new TracedCall(observer, false).first();
  }

  private Step untrusted() {
    return step(decision.untrusted(), Optional.empty());
  }

  private void finish() {
    decision.end(); // First of all, so that every thread sees that the call is over.
    Timer.Task t = task;
    if (t != null) {
      t.cancel();
    }
    CompletableFuture<Step> w = waiting;
    if (w != null) {
      w.complete(Step.DELIVER);
    }
  }

  CallObserver.OfAttempt observe(PolicyAttempt attempt) {
    return observer.attempt(
        attempt.number(), attempt.reason(), attempt.target().map(EndpointState::address));
  }

  /** What an attempt asks about its headers. */
  CallDecision decision() {
    return decision;
  }

  long remainingNanos() {
    return decision.remainingNanos();
  }
}
