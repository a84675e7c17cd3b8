// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.AgentLoop;
import io.inboard.call.Log;
import io.inboard.call.Printable;
import io.inboard.settings.TelemetrySettings.Target;
import io.opentelemetry.exporter.internal.FailedExportException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The way of one signal (traces, metrics) to its collector. The exporter is opened at the first
 * export and again when the target has changed, always on the signal's own daemon thread: opening
 * loads some hundred classes and may build an SSLContext.
 *
 * <p>{@link #export} and {@link #close} belong to that one thread; everything else may be called by
 * any. Failures are counted, and each kind is said once for each collector.
 *
 * @param <D> what is exported
 */
final class Lane<D> {
  /** Opens an exporter; blocks for a moment, throws what the exporter throws. */
  @FunctionalInterface
  interface Opener<D> {
    Exporter<D> open(Target target);
  }

  /** An open exporter. */
  interface Exporter<D> {
    CompletableResultCode export(Collection<D> batch);

    /** Ends connections; does not wait. */
    void close();
  }

  private static final long NOTHING = Long.MIN_VALUE;

  private final String signal;
  private final Opener<D> opener;

  /** Where to export to; empty: nothing is exported. */
  private volatile Optional<Target> target;

  private final LongAdder exported = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private volatile String lastError = "";

  /** Since when an export waits for its answer, by System.nanoTime; {@link #NOTHING}: none does. */
  private volatile long askedAt = NOTHING;

  /** Confined to the signal's thread; null until the first export, and after close. */
  private Exporter<D> open;

  private Target openedFor;

  Lane(String signal, Opener<D> opener, Optional<Target> target) {
    this.signal = signal;
    this.opener = opener;
    this.target = target;
  }

  void apply(Optional<Target> changed) {
    target = changed;
  }

  /** Whether anything is exported at all. */
  boolean on() {
    return target.isPresent();
  }

  /** Where to; empty if nowhere. Without headers, so without secrets. */
  String targetName() {
    return target.map(Target::toString).orElse("");
  }

  /** Sends a batch; the result never carries an exception further. */
  CompletableResultCode export(Collection<D> batch) {
    Optional<Target> to = target;
    if (to.isEmpty()) {
      close();
      return CompletableResultCode.ofSuccess();
    }
    CompletableResultCode result;
    try {
      Exporter<D> exporter = exporter(to.get());
      askedAt = System.nanoTime();
      result = exporter.export(batch);
    } catch (RuntimeException | LinkageError e) {
      askedAt = NOTHING;
      failed(to.get(), batch.size(), describe(e));
      return CompletableResultCode.ofFailure();
    } catch (Error e) {
      // The lack of memory may be temporary: counted with the batch; the next batch is tried.
      askedAt = NOTHING;
      AgentLoop.named("inboard-" + signal).failed(e);
      lost.add(batch.size());
      failures.increment();
      return CompletableResultCode.ofFailure();
    }
    int size = batch.size();
    result.whenComplete(
        () -> {
          askedAt = NOTHING;
          if (result.isSuccess()) {
            exported.add(size);
          } else {
            failed(to.get(), size, describe(result.getFailureThrowable()));
          }
        });
    return result;
  }

  /** For how long the collector has kept an export waiting, in nanoseconds; 0: none waits. */
  long keptWaiting() {
    long since = askedAt;
    return since == NOTHING ? 0 : System.nanoTime() - since;
  }

  /** Sends a batch and waits for its end; an export that takes too long counts as failed. */
  boolean exportAndWait(Collection<D> batch, long timeoutMillis) {
    return export(batch).join(timeoutMillis, TimeUnit.MILLISECONDS).isSuccess();
  }

  private Exporter<D> exporter(Target to) {
    if (open == null || !to.equals(openedFor)) {
      close();
      open = opener.open(to);
      openedFor = to;
    }
    return open;
  }

  void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }

  private void failed(Target to, int size, String what) {
    lost.add(size);
    failures.increment();
    lastError = what;
    if (!target.equals(Optional.of(to))) {
      return; // we left this collector; that its connections broke is our own doing
    }
    Log.warnOnce(kind(to, what), line(signal, to, what));
  }

  /** The same failure of both signals at one collector is reported once. */
  static String kind(Target to, String what) {
    int message = what.indexOf(':');
    return "telemetry." + collector(to) + "." + (message < 0 ? what : what.substring(0, message));
  }

  static String line(String signal, Target to, String what) {
    return "cannot export "
        + signal
        + " to "
        + Printable.url(to.endpoint())
        + ": "
        + what
        + "; "
        + hint(what)
        + " (said once for all signals; status counts)";
  }

  /** Scheme, host and port, which identify a collector. */
  private static String collector(Target to) {
    String url = Printable.url(to.endpoint());
    int host = url.indexOf("://") + "://".length();
    int path = url.indexOf('/', host);
    return path < 0 ? url : url.substring(0, path);
  }

  private static String hint(String what) {
    return what.startsWith("HTTP ") || what.startsWith("gRPC ")
        ? "see what the collector's own log says"
        : "start an OpenTelemetry collector there, name another one with"
            + " OTEL_EXPORTER_OTLP_ENDPOINT, or export nothing (telemetry: {traces: {exporter:"
            + " none}, metrics: {exporter: none}})";
  }

  /** Names what went wrong without a message that might quote a header: those may be secrets. */
  private static String describe(Throwable error) {
    if (error instanceof FailedExportException.HttpExportException http
        && http.getResponse() != null) {
      return "HTTP " + http.getResponse().getStatusCode();
    }
    if (error instanceof FailedExportException.GrpcExportException grpc
        && grpc.getResponse() != null) {
      return "gRPC status " + grpc.getResponse().getStatusCode();
    }
    Throwable cause =
        (error instanceof FailedExportException || error instanceof UncheckedIOException)
                && error.getCause() != null
            ? error.getCause()
            : error;
    if (cause == null) {
      return "no answer";
    }
    String name = cause.getClass().getSimpleName();
    return cause instanceof IOException && cause.getMessage() != null
        ? name + ": " + Printable.urlsIn(cause.getMessage())
        : name;
  }

  /** How many items arrived. */
  long exported() {
    return exported.sum();
  }

  /** How many items could not be delivered. */
  long lost() {
    return lost.sum();
  }

  /** How many exports failed. */
  long failures() {
    return failures.sum();
  }

  /** What the last failed export met; empty if none failed. */
  String lastError() {
    return lastError;
  }
}
