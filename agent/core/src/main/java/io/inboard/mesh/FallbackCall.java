// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.policy.DestinationPolicy;
import io.inboard.policy.Fallback;
import io.inboard.policy.Outcome;
import io.inboard.policy.Outcome.Kind;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A call that gets something else when all has failed: the last good answer, another destination, a
 * fixed answer; RATIONALE.md, Fallback. Around the call itself, whose last step it looks at. It is
 * always reported to the observer, counted, and named in a header of an answer of ours: a silent
 * fallback hides outages.
 *
 * <p>What is no failure of the destination stays as it is: an answer other than 502, 503 and 504, a
 * peer that cannot be trusted, an application that gave up.
 */
final class FallbackCall implements Call {
  /** Says in an answer where it comes from. */
  static final String MARK = "x-inboard-fallback";

  private final Destination destination;
  private final DestinationPolicy policy;
  private final FallbackSettings settings;
  private final OutboundRequest request;
  private final CallerTerms terms;
  private final CallObserver.OfCall observer;
  private final Errors errors;
  private final Elsewhere elsewhere;

  /** Exchanged once, by a step: for the call at the other destination. */
  private volatile MeshCall call;

  private volatile boolean over;

  /** Attempts so far. Steps only. */
  private int attempts;

  /** Whether the call has moved to the other destination. Steps only. */
  private boolean moved;

  /** Whether a server may have seen the request. Steps only. */
  private boolean seen;

  /** Whether a byte of the body may have been read. Steps only. */
  private boolean read;

  /** Of an answer that is to be kept; null: none. Written by a step, read when the body ends. */
  private volatile LastGood.Head worthKeeping;

  /** Begins a call at another destination. */
  @FunctionalInterface
  interface Elsewhere {
    MeshCall begin(
        Destination destination,
        DestinationPolicy policy,
        OutboundRequest request,
        CallerTerms terms,
        CallObserver.OfCall observer);
  }

  FallbackCall(
      MeshCall call,
      Destination destination,
      DestinationPolicy policy,
      FallbackSettings settings,
      OutboundRequest request,
      CallerTerms terms,
      CallObserver.OfCall observer,
      Errors errors,
      Elsewhere elsewhere) {
    this.call = call;
    this.destination = destination;
    this.policy = policy;
    this.settings = settings;
    this.request = request;
    this.terms = terms;
    this.observer = observer;
    this.errors = errors;
    this.elsewhere = elsewhere;
  }

  @Override
  public Step first() {
    return judged(call.first());
  }

  @Override
  public Step responded(Attempt attempt, int status, HeaderView headers) {
    attempts = attempt.number();
    seen = true;
    read = true;
    Step step = call.responded(attempt, status, headers);
    if (step instanceof Step.Deliver && !over) {
      if (failed(status)) {
        return instead(step, true);
      }
      keep(status, headers);
    }
    return judged(step);
  }

  @Override
  public Step failed(Attempt attempt, Throwable error, Progress progress) {
    attempts = attempt.number();
    boolean arrived = progress == Progress.SENT || progress == Progress.RESPONSE_STARTED;
    seen |= arrived;
    read |= arrived || progress == Progress.REFUSED_STREAM;
    Step step = call.failed(attempt, error, progress);
    if (!(step instanceof Step.Deliver) || over) {
      return judged(step);
    }
    Kind kind =
        attempt instanceof MeshAttempt a
            ? a.outcome().map(Outcome::kind).orElse(Kind.ABANDONED)
            : Kind.ABANDONED;
    return switch (kind) {
      case ABANDONED, UNTRUSTED -> step;
      case LIBRARY_TIMEOUT -> instead(step, false); // There is no time left to send anything.
      default -> instead(step, true);
    };
  }

  /** A step that does not depend on an answer of the destination. */
  private Step judged(Step step) {
    if (step instanceof Step.Refuse refuse && refuse.reason() != Step.Reason.UNTRUSTED) {
      return instead(step, true);
    }
    if (step instanceof Step.Answer answer && failed(answer.status())) {
      return instead(step, true); // Made to fail on purpose.
    }
    if (step instanceof Step.Later wait) {
      return new Step.Later(wait.next().thenCompose(s -> atLast(judged(s))));
    }
    return step;
  }

  /** What comes later comes with what it waits for: never one wait after the other. */
  private static CompletableFuture<Step> atLast(Step step) {
    return step instanceof Step.Later another
        ? another.next()
        : CompletableFuture.completedFuture(step);
  }

  private static boolean failed(int status) {
    return status >= 502 && status <= 504;
  }

  private Step instead(Step step, boolean maySend) {
    try {
      Step better = better(maySend);
      return better == null ? step : better;
    } catch (RuntimeException | LinkageError e) {
      errors.add("falling back", e);
      return step;
    }
  }

  /** Null: there is nothing else. */
  private Step better(boolean maySend) {
    if (!moved && settings.lastGood().isPresent()) {
      Optional<Step.Answer> last =
          destination
              .lastGood()
              .get(policy.name(), request, policy.clock().nanos(), settings.lastGood().get());
      if (last.isPresent()) {
        return answer(Fallback.LAST_GOOD, last.get());
      }
    }
    if (!moved && maySend) {
      Step step = move();
      if (step != null) {
        return step;
      }
    }
    return settings.response().map(r -> answer(Fallback.RESPONSE, of(r))).orElse(null);
  }

  private Step answer(Fallback kind, Step.Answer answer) {
    tell(kind);
    call.done();
    return answer;
  }

  private static Step.Answer of(FallbackSettings.StaticResponse response) {
    Map<String, String> headers = new HashMap<>(response.headers());
    headers.put(MARK, "response");
    return new Step.Answer(
        response.status(), headers, response.body().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Continues at the other destination; null if there is none, no time, or if that could do harm.
   */
  private Step move() {
    Optional<Destination.Spare> spare = destination.spare();
    long remaining = call.remainingNanos();
    if (spare.isEmpty()
        || remaining <= 0
        || (seen && !policy.idempotent(request.method()))
        || (read && request.body() == Body.ONE_SHOT)) {
      return null;
    }
    tell(Fallback.DESTINATION);
    moved = true;
    call.done();
    Destination to = spare.get().destination();
    MeshCall next =
        elsewhere.begin(
            to,
            spare.get().policy(),
            to == destination ? request : new AtAnotherHost(request, to.host()),
            bounded(remaining),
            new Numbered(observer, attempts));
    call = next;
    if (over) {
      next.abandoned();
      return Step.DELIVER;
    }
    return judged(next.first());
  }

  /** What is left of this call's time bounds the other one. */
  private CallerTerms bounded(long remaining) {
    return remaining == Long.MAX_VALUE
        ? terms
        : new CallerTerms(
            policy.clock().nanos() + remaining, true, terms.repetition(), terms.source());
  }

  private void tell(Fallback kind) {
    policy.fellBack(kind);
    observer.fallback(kind);
  }

  private void keep(int status, HeaderView headers) {
    if (moved || settings.lastGood().isEmpty()) {
      return;
    }
    try {
      worthKeeping =
          LastGood.head(
                  policy.name(), request, status, headers, settings.lastGood().get().maxBytes())
              .orElse(null);
    } catch (RuntimeException | LinkageError e) {
      errors.add("keeping an answer", e);
    }
  }

  @Override
  public int bodyWanted() {
    return worthKeeping == null ? 0 : settings.lastGood().get().maxBytes();
  }

  @Override
  public void body(byte[] whole) {
    LastGood.Head head = worthKeeping;
    if (head != null) {
      destination.lastGood().put(head, whole, policy.clock().nanos(), settings.lastGood().get());
    }
  }

  @Override
  public Step hedge(Attempt slow) {
    return call.hedge(slow);
  }

  @Override
  public void lost(Attempt attempt) {
    call.lost(attempt);
  }

  @Override
  public boolean mayKeep(int more) {
    return call.mayKeep(more);
  }

  @Override
  public void abandoned() {
    over = true;
    call.abandoned();
  }

  @Override
  public void done() {
    over = true;
    call.done();
  }

  /** Numbers attempts from where those of the first destination ended. */
  private record Numbered(CallObserver.OfCall call, int before) implements CallObserver.OfCall {
    @Override
    public CallObserver.OfAttempt attempt(int number, String reason, Optional<String> endpoint) {
      return call.attempt(before + number, number == 1 ? "fallback" : reason, endpoint);
    }

    @Override
    public void injected(long delayNanos, int status) {
      call.injected(delayNanos, status);
    }

    @Override
    public void fallback(Fallback kind) {
      call.fallback(kind);
    }

    @Override
    public void refused(Step.Reason reason, String message) {
      call.refused(reason, message);
    }
  }

  /** The application's request, with the host of the destination that it goes to instead. */
  private record AtAnotherHost(OutboundRequest request, String host) implements OutboundRequest {
    @Override
    public String library() {
      return request.library();
    }

    @Override
    public String method() {
      return request.method();
    }

    @Override
    public String scheme() {
      return request.scheme();
    }

    @Override
    public int port() {
      return request.port();
    }

    @Override
    public String target() {
      return request.target();
    }

    @Override
    public List<String> headers(String name) {
      return request.headers(name);
    }

    @Override
    public boolean hedgeable() {
      return request.hedgeable();
    }

    @Override
    public Body body() {
      return request.body();
    }
  }
}
