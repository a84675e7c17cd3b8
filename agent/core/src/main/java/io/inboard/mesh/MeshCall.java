// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.call.TlsPlan;
import io.inboard.discovery.Name;
import io.inboard.policy.CallDecision;
import io.inboard.policy.Decision;
import io.inboard.policy.DestinationPolicy;
import io.inboard.policy.EndpointState;
import io.inboard.policy.Fallback;
import io.inboard.policy.PolicyAttempt;
import io.inboard.time.Timer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A call to a destination. {@link CallDecision} decides it and keeps the time of its attempts; here
 * it gets addresses, TLS, an observer, and a timer for what it waits for.
 */
final class MeshCall implements Call, PolicyAttempt.Maker {
  /** Made beforehand: it is for when even making one may fail. */
  private static final Step NOT_SECURED =
      new Step.Refuse(
          Step.Reason.UNTRUSTED,
          "inboard: the call could not be decided, and must not be sent without mutual TLS");

  private final Destination destination;
  private final CallDecision decision;
  private final CallObserver.OfCall observer;
  private final Means means;

  /**
   * Whether the settings want it encrypted where the application's URL points, which is where a
   * library sends what is left to it: also after the call has moved to a destination without TLS.
   */
  private final boolean secured;

  /**
   * What it waits for, or did last; null: nothing. Written by the step that waits, read by the
   * thread that abandons the call.
   */
  private volatile Waiting waiting;

  /**
   * The rest of this call, at another destination; null: it is still here. Written by the step that
   * moves it, read by the thread that abandons the call.
   */
  private volatile MeshCall elsewhere;

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
    this.decision = destination.begin(policy, request, terms, this, means.errors());
    this.observer = observer;
    this.means = means;
    this.secured = destination.wantsTls();
  }

  /** The rest of a call that has failed at {@code origin}. */
  private MeshCall(MeshCall origin, Destination destination, Decision.Elsewhere decided) {
    this.destination = destination;
    this.decision = decided.begin().apply(this);
    this.observer = new Numbered(origin.observer, decided.attempts());
    this.means = origin.means;
    this.secured = destination.wantsTls() || origin.secured;
  }

  @Override
  public PolicyAttempt make() {
    return new MeshAttempt(this);
  }

  @Override
  public Step first() {
    try {
      Optional<TlsPlan> plan = plan();
      Decision first = decision.first(plan.isPresent() || !destination.wantsTls());
      if (decision.injectedDelayNanos() > 0 || decision.injectedStatus() > 0) {
        observer.injected(decision.injectedDelayNanos(), decision.injectedStatus());
      }
      return step(first, plan);
    } catch (RuntimeException | LinkageError e) {
      return failedToDecide(e);
    }
  }

  // An attempt is reported to the call that has made it: this one, or one that this one went on as.

  @Override
  public Step responded(Attempt attempt, int status, HeaderView headers) {
    return attempt instanceof MeshAttempt a ? a.call().answered(a, status, headers) : Step.DELIVER;
  }

  private Step answered(MeshAttempt attempt, int status, HeaderView headers) {
    try {
      return step(decision.responded(attempt, status, headers));
    } catch (RuntimeException | LinkageError e) {
      return brokenOff(e);
    }
  }

  @Override
  public Step failed(Attempt attempt, Throwable error, Progress progress) {
    return attempt instanceof MeshAttempt a
        ? a.call().unanswered(a, error, progress)
        : Step.DELIVER;
  }

  private Step unanswered(MeshAttempt attempt, Throwable error, Progress progress) {
    try {
      return step(decision.failed(attempt, error, progress));
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
    return first instanceof MeshAttempt a ? a.call().second(a) : Step.DELIVER;
  }

  private Step second(MeshAttempt first) {
    try {
      Optional<TlsPlan> plan = plan();
      return plan.isEmpty() && destination.wantsTls()
          ? Step.DELIVER
          : step(decision.hedge(first), plan);
    } catch (RuntimeException | LinkageError e) {
      means.errors().add("deciding a call", e); // The first attempt goes on.
      return Step.DELIVER;
    }
  }

  @Override
  public void lost(Attempt attempt) {
    try {
      if (attempt instanceof MeshAttempt a) {
        a.call().decision.lost(a);
      }
    } catch (RuntimeException | LinkageError e) {
      means.errors().add("deciding a call", e);
    }
  }

  @Override
  public boolean mayKeep(int more) {
    return last().decision.mayKeep(more);
  }

  @Override
  public int bodyWanted() {
    return last().decision.bodyWanted();
  }

  @Override
  public void body(byte[] whole) {
    last().decision.body(whole);
  }

  /** Where the call is now: here, or elsewhere. */
  private MeshCall last() {
    MeshCall rest = elsewhere;
    return rest == null ? this : rest;
  }

  @Override
  public void abandoned() {
    finish();
  }

  @Override
  public void done() {
    finish();
  }

  /** Of this moment: a rotation may come between two attempts. */
  private Optional<TlsPlan> plan() {
    return destination.plan(decision.request().host());
  }

  /** What is decided, as the adapter does it. */
  Step step(Decision next) {
    return step(next, next instanceof PolicyAttempt ? plan() : Optional.empty());
  }

  private Step step(Decision next, Optional<TlsPlan> plan) {
    if (next instanceof Decision.End end) {
      conclude(end);
      return end.step();
    }
    if (next instanceof Decision.Substitute substitute) {
      conclude(substitute.failed());
      observer.fallback(substitute.kind());
      finish();
      return substitute.answer();
    }
    if (next instanceof Decision.Elsewhere elsewhere) {
      return move(elsewhere);
    }
    if (next instanceof Decision.Pause pause) {
      return later(w -> w.pause(pause));
    }
    if (next instanceof Decision.Queue queue) {
      return later(w -> w.queue(queue));
    }
    MeshAttempt attempt = (MeshAttempt) next;
    if (plan.isEmpty() && destination.wantsTls()) {
      return untrusted();
    }
    Optional<Name> unresolved =
        destination.unresolved(attempt.target(), decision.request().host(), plan);
    return unresolved.isPresent() ? whenResolved(unresolved.get(), attempt) : send(attempt, plan);
  }

  /** A call that is refused, or gets an answer of ours, is over; any other goes on to its body. */
  private void conclude(Decision.End end) {
    if (end.step() instanceof Step.Refuse refuse) {
      finish();
      observer.refused(refuse.reason(), refuse.message());
    } else if (end.step() instanceof Step.Answer) {
      finish();
    }
  }

  /** The call goes on elsewhere. */
  private Step move(Decision.Elsewhere decided) {
    if (decided.failed().step() instanceof Step.Refuse refuse) {
      observer.refused(refuse.reason(), refuse.message());
    }
    observer.fallback(Fallback.DESTINATION);
    MeshCall rest = new MeshCall(this, destination.elsewhere(), decided);
    elsewhere = rest; // Before the end here: who abandons the call meanwhile sees one of the two.
    if (!decision.end()) {
      rest.finish();
      return Step.DELIVER;
    }
    return rest.first();
  }

  private Step send(MeshAttempt attempt, Optional<TlsPlan> plan) {
    OutboundRequest request = decision.request();
    attempt.to(destination.locate(attempt.target(), request.host(), request.port(), plan));
    // Given up on another thread: so is the attempt.
    return decision.over() ? Step.DELIVER : new Step.Send(attempt, attempt.delayNanos());
  }

  /** Afterwards it fails as an unknown host fails, if there is no address. */
  private Step whenResolved(Name name, MeshAttempt attempt) {
    return later(w -> w.resolve(name, () -> sendNow(attempt)));
  }

  private Step sendNow(MeshAttempt attempt) {
    Optional<TlsPlan> plan = plan();
    return plan.isEmpty() && destination.wantsTls() ? untrusted() : send(attempt, plan);
  }

  /** The next step comes later, unless the call is abandoned. */
  private Step later(Consumer<Waiting> begin) {
    Waiting now = new Waiting(this, decision, means.timer());
    waiting = now;
    begin.accept(now);
    if (decision.over()) {
      finish();
    }
    return now.step();
  }

  /** The next step after an error of ours; throws nothing. */
  Step despite(Throwable thrown) {
    try {
      return failedToDecide(thrown);
    } catch (Throwable again) {
      return secured ? NOT_SECURED : Step.DELIVER;
    }
  }

  /** Fails open, except where that would send in the clear what was to be encrypted. */
  private Step failedToDecide(Throwable e) {
    finish();
    means.errors().add("deciding a call", e);
    return secured
        ? step(new Decision.End(NOT_SECURED), Optional.empty())
        : new TracedCall(
                observer.attempt(1, "", Optional.empty()),
                TracedCall.Way.FREE,
                null,
                decision.request(),
                false)
            .first();
  }

  private Step untrusted() {
    return step(decision.untrusted(), Optional.empty());
  }

  private void finish() {
    decision.end(); // First of all, so that every thread sees that the call is over.
    MeshCall rest = elsewhere;
    if (rest != null) {
      rest.finish();
    }
    Waiting w = waiting;
    if (w != null) {
      w.giveUp();
    }
  }

  CallObserver.OfAttempt observe(PolicyAttempt attempt) {
    return observer.attempt(
        attempt.number(), attempt.reason(), attempt.target().flatMap(EndpointState::told));
  }

  /** What an attempt asks about its headers. */
  CallDecision decision() {
    return decision;
  }
}
