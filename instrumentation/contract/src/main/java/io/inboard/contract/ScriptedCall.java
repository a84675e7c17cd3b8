// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSession;

/**
 * One call under a {@link Script}: repeats what is safe to repeat, and remembers what the adapter
 * said. The lists are safe for any thread; the rest is used by the one thread that drives the call.
 */
public final class ScriptedCall implements Call {
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

  /** One for the JVM; tasks only close sockets. */
  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "contract-timer");
            thread.setDaemon(true);
            return thread;
          });

  private final OutboundRequest request;
  private final Script script;
  private final List<ScriptedAttempt> attempts = new CopyOnWriteArrayList<>();
  private final List<Integer> statuses = new CopyOnWriteArrayList<>();
  private final List<Failure> failures = new CopyOnWriteArrayList<>();
  private final List<String> misuse = new CopyOnWriteArrayList<>();
  private final AtomicInteger abandoned = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  ScriptedCall(OutboundRequest request, Script script) {
    this.request = request;
    this.script = script;
  }

  /** What the adapter reported of an attempt that failed. */
  public record Failure(int attempt, Throwable error, Progress progress) {}

  @Override
  public Step first() {
    if (!attempts.isEmpty()) {
      misuse.add("first() was asked twice");
    }
    return script.first().isPresent() ? script.first().get() : send(0);
  }

  @Override
  public Step responded(Attempt attempt, int status, HeaderView headers) {
    expectCurrent(attempt);
    statuses.add(status);
    // A view must be readable now; a name that no server sends shows how absence looks.
    if (!headers.headers("x-not-there").isEmpty()) {
      misuse.add("a header that is absent has values");
    }
    boolean again =
        status >= 500 && idempotent() && request.body() != OutboundRequest.Body.ONE_SHOT;
    return again && more() ? send(script.delay().toNanos()) : Step.HAND_ON;
  }

  @Override
  public Step failed(Attempt attempt, Throwable error, Progress progress) {
    expectCurrent(attempt);
    failures.add(new Failure(attempt.number(), error, progress));
    boolean again =
        switch (progress) {
          case NOT_CONNECTED, NOT_SENT, REFUSED_STREAM -> true;
          case SENT -> idempotent() && request.body() != OutboundRequest.Body.ONE_SHOT;
          case RESPONSE_STARTED -> false;
        };
    if (again && more()) {
      return send(script.delay().toNanos());
    }
    return script.last().isPresent() ? script.last().get() : Step.HAND_ON;
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
    return attempts.size() < script.endpoints().size();
  }

  private Step.Send send(long delayNanos) {
    ScriptedAttempt attempt =
        new ScriptedAttempt(attempts.size() + 1, script.endpoints().get(attempts.size()));
    attempts.add(attempt);
    return new Step.Send(attempt, delayNanos);
  }

  private void expectCurrent(Attempt attempt) {
    if (attempts.isEmpty() || attempt != attempts.get(attempts.size() - 1)) {
      misuse.add("reported an attempt that is not the current one");
      return;
    }
    if (!attempts.get(attempts.size() - 1).reported.compareAndSet(0, 1)) {
      misuse.add("reported attempt " + attempt.number() + " twice");
    }
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

  /** One attempt, and what the adapter asked of it. */
  public final class ScriptedAttempt implements Attempt {
    private final int number;
    private final Optional<Endpoint> endpoint;
    private final AtomicInteger headerWrites = new AtomicInteger();
    private final AtomicInteger reported = new AtomicInteger();
    private final List<Optional<SSLSession>> connections = new CopyOnWriteArrayList<>();
    private volatile Runnable abort = () -> {};
    private volatile boolean over;

    ScriptedAttempt(int number, Optional<Endpoint> endpoint) {
      this.number = number;
      this.endpoint = endpoint;
    }

    @Override
    public int number() {
      return number;
    }

    @Override
    public Optional<Endpoint> endpoint() {
      return endpoint;
    }

    @Override
    public boolean governed() {
      return endpoint.isPresent();
    }

    @Override
    public void writeHeaders(HeaderSink headers) {
      headerWrites.incrementAndGet();
      if (request.headers("traceparent").isEmpty()) {
        headers.set("traceparent", traceparent());
      }
      headers.set("x-attempt", String.valueOf(number));
      if (number == 1) {
        headers.set("x-first-only", "1");
      }
    }

    /** What this attempt puts on the wire. */
    public String traceparent() {
      return String.format("00-0af7651916cd43dd8448eb211c80319c-%016x-01", number);
    }

    @Override
    public long connectTimeoutNanos() {
      return script.connectTimeout().isZero() ? Long.MAX_VALUE : script.connectTimeout().toNanos();
    }

    @Override
    public long timeoutNanos() {
      return script.perTry().isZero() ? Long.MAX_VALUE : script.perTry().toNanos();
    }

    @Override
    public void onTimeout(Runnable abort) {
      this.abort = abort;
      if (!script.perTry().isZero()) {
        TIMER.schedule(this::expire, script.perTry().toNanos(), TimeUnit.NANOSECONDS);
      }
    }

    /** The attempt's time is up, as the core's timer says it. */
    public void expire() {
      if (!over && reported.get() == 0) {
        abort.run();
      }
    }

    /** The time of the whole call is up, which may be while a body arrives. */
    public void expireCall() {
      if (!over) {
        abort.run();
      }
    }

    /** A timer that strikes too late: the call is over. */
    public void strike() {
      abort.run();
    }

    private void end() {
      over = true;
    }

    @Override
    public void connected(SSLSession session) {
      connections.add(Optional.ofNullable(session));
    }

    /** How often the headers of this attempt were written. */
    public int headerWrites() {
      return headerWrites.get();
    }

    /** The connections that the adapter named: one; without a session if not of ours. */
    public List<Optional<SSLSession>> connections() {
      return List.copyOf(connections);
    }
  }
}
