// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One call under a {@link Script}: repeats what is safe to repeat, and remembers what the adapter
 * said. Safe for any thread: steps follow each other, yet two attempts may be under way.
 */
public final class ScriptedCall implements Call {
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

  private final OutboundRequest request;
  private final Script script;
  private final List<String> traceparents;
  private final List<ScriptedAttempt> attempts = new CopyOnWriteArrayList<>();
  private final List<Integer> statuses = new CopyOnWriteArrayList<>();
  private final List<Failure> failures = new CopyOnWriteArrayList<>();
  private final List<String> misuse = new CopyOnWriteArrayList<>();
  private final List<Integer> lost = new CopyOnWriteArrayList<>();
  private final List<Integer> asked = new CopyOnWriteArrayList<>();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final AtomicInteger abandoned = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  /** Guarded by this, as the next two. */
  private boolean winner;

  private int kept;
  private boolean refusedToKeep;

  ScriptedCall(OutboundRequest request, Script script) {
    this.request = request;
    this.script = script;
    this.traceparents = request.headers("traceparent");
  }

  /** What the adapter reported of an attempt that failed. */
  public record Failure(int attempt, Throwable error, Progress progress) {}

  @Override
  public boolean isWatched() {
    return script.isWatched();
  }

  @Override
  public Step first() {
    if (!attempts.isEmpty()) {
      misuse.add("first() was asked twice");
    }
    return script.first.isPresent()
        ? inTurn(script.first.get(), () -> {})
        : send(script.firstDelay.toNanos());
  }

  @Override
  public synchronized Step responded(Attempt attempt, int status, HeaderView headers) {
    report(attempt);
    statuses.add(status);
    // A view must be readable now; a name that no server sends shows how absence looks.
    if (!headers.headers("x-not-there").isEmpty()) {
      misuse.add("a header that is absent has values");
    }
    if (status < 500) {
      winner = true;
      return Step.DELIVER;
    }
    if (anotherUnderWay()) {
      return Step.OTHER_IN_FLIGHT;
    }
    boolean again = idempotent() && request.body() != OutboundRequest.Body.ONE_SHOT;
    return again && more() ? send(script.delay.toNanos()) : last(Step.DELIVER);
  }

  @Override
  public synchronized Step failed(Attempt attempt, Throwable error, Progress progress) {
    report(attempt);
    failures.add(new Failure(attempt.number(), error, progress));
    if (anotherUnderWay()) {
      return Step.OTHER_IN_FLIGHT;
    }
    boolean again =
        switch (progress) {
          case NOT_CONNECTED, NOT_SENT -> true;
          case REFUSED_STREAM -> request.body() != OutboundRequest.Body.ONE_SHOT;
          case SENT -> idempotent() && request.body() != OutboundRequest.Body.ONE_SHOT;
          case RESPONSE_STARTED -> false;
        };
    return again && more() ? send(script.delay.toNanos()) : last(Step.DELIVER);
  }

  @Override
  public synchronized Step hedge(Attempt slow) {
    if (!request.hedgeable()) {
      misuse.add("asked for a second attempt of a request that cannot have two");
    }
    return !winner && more() && !((ScriptedAttempt) slow).isReported() && !wasAbandoned()
        ? send(0)
        : Step.DELIVER;
  }

  @Override
  public synchronized void lost(Attempt attempt) {
    report(attempt);
    lost.add(attempt.number());
  }

  @Override
  public synchronized boolean mayKeep(int more) {
    asked.add(more);
    if (kept + more > script.mayKeep) {
      if (refusedToKeep) {
        misuse.add("asked again for what may not be kept");
      }
      refusedToKeep = true;
      return false;
    }
    kept += more;
    return true;
  }

  @Override
  public int bodyWanted() {
    return script.bodyWanted;
  }

  @Override
  public void body(byte[] whole) {
    if (done.get() > 0) {
      misuse.add("a body after the end of the call");
    }
    bodies.add(new String(whole, StandardCharsets.UTF_8));
  }

  @Override
  public void abandoned() {
    abandoned.incrementAndGet();
  }

  @Override
  public void done() {
    done.incrementAndGet();
    attempts.forEach(ScriptedAttempt::end);
  }

  private boolean idempotent() {
    return IDEMPOTENT.contains(request.method().toUpperCase(Locale.ROOT));
  }

  private boolean more() {
    return attempts.size() < script.endpoints.size();
  }

  private Step last(Step otherwise) {
    return script.last.orElse(otherwise);
  }

  private Step send(long delayNanos) {
    ScriptedAttempt attempt =
        new ScriptedAttempt(
            request, script, attempts.size() + 1, script.endpoints.get(attempts.size()));
    Step send = new Step.Send(attempt, delayNanos);
    return inTurn(send, () -> attempts.add(attempt));
  }

  /** The step, or the wait for it. */
  private Step inTurn(Step step, Runnable taken) {
    Optional<CompletableFuture<Void>> gate = attempts.isEmpty() ? script.gate : script.laterGate;
    if (gate.isEmpty()) {
      taken.run();
      return step;
    }
    return new Step.Later(
        gate.get()
            .thenApply(
                open -> {
                  taken.run();
                  return step;
                }));
  }

  private boolean anotherUnderWay() {
    return attempts.stream().anyMatch(a -> !a.isReported());
  }

  private void report(Attempt attempt) {
    if (!(attempt instanceof ScriptedAttempt a) || !attempts.contains(a)) {
      misuse.add("reported an attempt that is not of this call");
      return;
    }
    if (!a.report()) {
      misuse.add("reported attempt " + attempt.number() + " twice");
    }
  }

  /** Attempts that the adapter stopped because another one had won, by number. */
  public List<Integer> lost() {
    return List.copyOf(lost);
  }

  /** How many bytes the adapter asked to keep, question by question. */
  public List<Integer> askedToKeep() {
    return List.copyOf(asked);
  }

  /** Bodies of responses that the adapter handed over. */
  public List<String> bodies() {
    return List.copyOf(bodies);
  }

  /** What the request said of a trace before the call began. */
  public List<String> traceparents() {
    return traceparents;
  }

  public OutboundRequest request() {
    return request;
  }

  public List<ScriptedAttempt> attempts() {
    return List.copyOf(attempts);
  }

  /** Statuses reported, in order. */
  public List<Integer> statuses() {
    return List.copyOf(statuses);
  }

  public List<Failure> failures() {
    return List.copyOf(failures);
  }

  /** How far the attempts that failed came, in order. */
  public List<Progress> progress() {
    return failures.stream().map(Failure::progress).toList();
  }

  public boolean wasAbandoned() {
    return abandoned.get() > 0;
  }

  /** How often the adapter said that the call is over. */
  public int doneCount() {
    return done.get();
  }

  /** What the adapter did that no adapter may. */
  public List<String> misuse() {
    return List.copyOf(misuse);
  }

  @Override
  public String toString() {
    return request.method()
        + " "
        + request.host()
        + request.target()
        + " statuses "
        + statuses
        + " failures "
        + failures
        + (abandoned.get() > 0 ? " abandoned" : "")
        + " done "
        + done;
  }
}
