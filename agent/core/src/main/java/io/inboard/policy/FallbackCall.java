// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Call.Progress;
import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.policy.Outcome.Kind;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A call that gets something else when all has failed: the last good answer, another destination, a
 * fixed answer; RATIONALE.md, Fallback. It looks at what the call would end with. What it puts in
 * its place is counted, and named in a header of an answer of ours: a silent fallback hides
 * outages.
 *
 * <p>What is no failure of the destination stays as it is: an answer other than 502, 503 and 504, a
 * peer that cannot be trusted, an application that gave up.
 */
final class FallbackCall extends CallDecision {
  /** Says in an answer where it comes from. */
  static final String MARK = "x-inboard-fallback";

  private final FallbackRules rules;

  /** The number of the attempt that was reported last. Steps only. */
  private int reported;

  /** Whether a server may have seen the request. Steps only. */
  private boolean seen;

  /** Whether a byte of the body may have been read. Steps only. */
  private boolean read;

  /** Of an answer that is to be kept; null: none. Written by a step, read when the body ends. */
  private volatile LastGood.Head worthKeeping;

  FallbackCall(
      DestinationPolicy policy,
      OutboundRequest request,
      CallerTerms terms,
      PolicyAttempt.Maker attempts,
      FallbackRules rules) {
    super(policy, request, terms, attempts);
    this.rules = rules;
  }

  @Override
  public Decision first(boolean trusted) {
    return judged(super.first(trusted));
  }

  @Override
  public Decision paused(Decision.Pause pause) {
    return judged(super.paused(pause));
  }

  @Override
  public Decision turn() {
    return judged(super.turn());
  }

  @Override
  public Decision waitedTooLong(Decision.Queue queue) {
    return judged(super.waitedTooLong(queue));
  }

  @Override
  public Decision responded(PolicyAttempt attempt, int status, HeaderView headers) {
    reported = attempt.number();
    seen = true;
    read = true;
    Decision next = super.responded(attempt, status, headers);
    if (next == Decision.DELIVER && !over()) {
      if (failed(status)) {
        return instead(Decision.DELIVER, true);
      }
      keep(status, headers);
    }
    return judged(next);
  }

  @Override
  public Decision failed(PolicyAttempt attempt, Throwable error, Progress progress) {
    reported = attempt.number();
    boolean arrived = progress == Progress.SENT || progress == Progress.RESPONSE_STARTED;
    seen |= arrived;
    read |= arrived || progress == Progress.REFUSED_STREAM;
    Decision next = super.failed(attempt, error, progress);
    if (next != Decision.DELIVER || over()) {
      return judged(next);
    }
    return switch (attempt.outcome().map(Outcome::kind).orElse(Kind.ABANDONED)) {
      case ABANDONED, UNTRUSTED -> next;
      case LIBRARY_TIMEOUT -> instead(Decision.DELIVER, false); // No time is left to send anything.
      default -> instead(Decision.DELIVER, true);
    };
  }

  /**
   * A decision that does not depend on an answer of the destination.
   *
   * @param next null, which stays: there is none
   */
  private Decision judged(Decision next) {
    if (!(next instanceof Decision.End end)) {
      return next;
    }
    if (end.step() instanceof Step.Refuse refuse && refuse.reason() != Step.Reason.UNTRUSTED) {
      return instead(end, true);
    }
    if (end.step() instanceof Step.Answer answer && failed(answer.status())) {
      return instead(end, true); // Made to fail on purpose.
    }
    return next;
  }

  private static boolean failed(int status) {
    return status >= 502 && status <= 504;
  }

  private Decision instead(Decision.End failed, boolean maySend) {
    try {
      Decision better = better(failed, maySend);
      return better == null ? failed : better;
    } catch (RuntimeException | LinkageError e) {
      rules.mistakes().add("falling back", e);
      return failed;
    }
  }

  /** Null: there is nothing else. */
  private Decision better(Decision.End failed, boolean maySend) {
    Optional<FallbackSettings.LastGood> limits = rules.settings().lastGood();
    if (limits.isPresent()) {
      Optional<Step.Answer> last =
          rules.kept().get(policy.name(), request, policy.clock().nanos(), limits.get());
      if (last.isPresent()) {
        return substitute(failed, Fallback.LAST_GOOD, last.get());
      }
    }
    if (maySend && mayMove()) {
      return elsewhere(failed, rules.spare().get());
    }
    return rules
        .settings()
        .response()
        .map(r -> substitute(failed, Fallback.RESPONSE, answer(r)))
        .orElse(null);
  }

  private Decision substitute(Decision.End failed, Fallback kind, Step.Answer answer) {
    count(kind);
    return new Decision.Substitute(failed, kind, answer);
  }

  private void count(Fallback kind) {
    rules.origin().statistics().count(kind.event());
  }

  private static Step.Answer answer(FallbackSettings.StaticResponse response) {
    Map<String, String> headers = new HashMap<>(response.headers());
    headers.put(MARK, "response");
    return new Step.Answer(
        response.status(), headers, response.body().getBytes(StandardCharsets.UTF_8));
  }

  /** Whether there is another destination, time for it, and no harm in sending there. */
  private boolean mayMove() {
    return rules.spare().isPresent()
        && remainingNanos() > 0
        && !(seen && !policy.rules().idempotentMethods().contains(request.method()))
        && !(read && request.body() == Body.ONE_SHOT);
  }

  private Decision elsewhere(Decision.End failed, Spare spare) {
    count(Fallback.DESTINATION);
    OutboundRequest there =
        spare.host().isEmpty() ? request : new AtHost(request, spare.host().get(), List.of());
    CallerTerms left = whatIsLeft();
    return new Decision.Elsewhere(
        failed,
        reported,
        attempts -> new FallbackCall(spare.policy(), there, left, attempts, rules.elsewhere()));
  }

  /** What is left of this call's time bounds the other one. */
  private CallerTerms whatIsLeft() {
    long remaining = remainingNanos();
    return remaining == Long.MAX_VALUE
        ? terms
        : new CallerTerms(
            policy.clock().nanos() + remaining, true, terms.repetition(), terms.source());
  }

  private void keep(int status, HeaderView headers) {
    Optional<FallbackSettings.LastGood> limits = rules.settings().lastGood();
    if (limits.isEmpty()) {
      return;
    }
    try {
      worthKeeping =
          LastGood.head(policy.name(), request, status, headers, limits.get().maxBytes())
              .orElse(null);
    } catch (RuntimeException | LinkageError e) {
      rules.mistakes().add("keeping an answer", e);
    }
  }

  @Override
  public int bodyWanted() {
    return worthKeeping == null ? 0 : rules.settings().lastGood().get().maxBytes();
  }

  @Override
  public void body(byte[] whole) {
    LastGood.Head head = worthKeeping;
    if (head != null) {
      rules.kept().put(head, whole, policy.clock().nanos(), rules.settings().lastGood().get());
    }
  }
}
