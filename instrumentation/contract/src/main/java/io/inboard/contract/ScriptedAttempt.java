// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSession;

/** One attempt of a {@link ScriptedCall}, and what the adapter asked of it. Any thread. */
public final class ScriptedAttempt implements Attempt {
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
  private final int number;
  private final Optional<Endpoint> endpoint;
  private final AtomicInteger headerWrites = new AtomicInteger();
  private final AtomicBoolean reported = new AtomicBoolean();
  private final List<String> versions = new CopyOnWriteArrayList<>();
  private final List<Optional<SSLSession>> connections = new CopyOnWriteArrayList<>();
  private final List<SocketAddress> remotes = new CopyOnWriteArrayList<>();
  private volatile Runnable abort = () -> {};
  private volatile boolean over;

  ScriptedAttempt(OutboundRequest request, Script script, int number, Optional<Endpoint> endpoint) {
    this.request = request;
    this.script = script;
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
  public boolean meshRetries() {
    return endpoint.isPresent() || script.meshRetries;
  }

  @Override
  public void writeHeaders(HeaderSink headers) {
    headerWrites.incrementAndGet();
    script.headers.forEach(headers::set);
    if (request.headers("traceparent").isEmpty()) {
      headers.set("traceparent", traceparent());
    }
    headers.set("x-attempt", String.valueOf(number));
    if (number == 1) {
      headers.set("x-first-only", "1");
    }
    if (script.headersFail) {
      throw new ScriptedFault("headers");
    }
  }

  /** What this attempt puts on the wire. */
  public String traceparent() {
    return String.format("00-0af7651916cd43dd8448eb211c80319c-%016x-01", number);
  }

  @Override
  public long connectTimeoutNanos() {
    return nanos(script.connectTimeout);
  }

  @Override
  public long timeoutNanos() {
    return nanos(script.perTry);
  }

  @Override
  public long hedgeAfterNanos() {
    return nanos(script.hedgeAfter);
  }

  private static long nanos(Duration bound) {
    return bound.isZero() ? Long.MAX_VALUE : bound.toNanos();
  }

  @Override
  public void onTimeout(Runnable abort) {
    this.abort = abort;
    if (!script.perTry.isZero()) {
      TIMER.schedule(this::expire, script.perTry.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** The attempt's time is up, as the core's timer says it. */
  public void expire() {
    if (!over && !reported.get()) {
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

  /** The adapter tells what came of it; false when it has before. */
  boolean report() {
    return reported.compareAndSet(false, true);
  }

  /** Whether the adapter has told what came of it. */
  boolean isReported() {
    return reported.get();
  }

  /** The call is over: its time does not run out any more. */
  void end() {
    over = true;
  }

  @Override
  public void connected(SSLSession session) {
    connections.add(Optional.ofNullable(session));
  }

  @Override
  public Optional<String> astray(SocketAddress remote) {
    remotes.add(remote);
    return script.astray;
  }

  /** Where connections lead of which the adapter has asked whether they may be used. */
  public List<SocketAddress> remotes() {
    return List.copyOf(remotes);
  }

  /** How often the headers of this attempt were written. */
  public int headerWrites() {
    return headerWrites.get();
  }

  @Override
  public void protocolVersion(String version) {
    versions.add(version);
  }

  /** The versions of HTTP that the adapter told, one for each response. */
  public List<String> versions() {
    return List.copyOf(versions);
  }

  /** The connections that the adapter named: one; without a session if not of ours. */
  public List<Optional<SSLSession>> connections() {
    return List.copyOf(connections);
  }
}
