// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.CallerTerms;
import io.inboard.call.GrpcStatus;
import io.inboard.call.InboundRequest;
import io.inboard.call.OutboundRequest;
import io.inboard.settings.PathPatterns;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.inboard.settings.TelemetrySettings.Target;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Traces, metrics and context of this JVM. Cheap to make: it starts no thread and loads nothing of
 * the SDK before the first request (or {@link #start}), so it may be made before main.
 *
 * <p>Safe for use by any thread. A request reads one volatile and takes no lock.
 */
public final class Telemetry {
  private static final Optional<String> UNUSABLE = missing();

  /** How often a last flush looks whether the collector has answered. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ServiceSettings service;
  private final Timing timing;
  private final SpanNames spanNames = new SpanNames();
  private final RequestContexts contexts = new RequestContexts();
  private final Lane<SpanData> spanLane;
  private final Lane<MetricData> metricLane;
  private final List<Consumer<Meter>> instruments = new CopyOnWriteArrayList<>();

  private volatile View view;

  /** Built once under this object's monitor, read without it. */
  private volatile Sdk sdk;

  /** The same, when there are metrics to be exported; after {@link #sdk}. */
  private volatile MeterSdk meters;

  /** What settings say, ready for use. */
  private record View(
      TelemetrySettings settings,
      Propagation propagation,
      PathPatterns excluded,
      boolean recording,
      boolean measuring) {
    static View of(TelemetrySettings settings) {
      return new View(
          settings,
          new Propagation(settings.propagators()),
          new PathPatterns(settings.exclude()),
          settings.traces() == Exporter.OTLP,
          settings.metrics() == Exporter.OTLP);
    }
  }

  Telemetry(
      ServiceSettings service,
      TelemetrySettings settings,
      Timing timing,
      Lane.Opener<SpanData> spans,
      Lane.Opener<MetricData> metrics) {
    this.service = service;
    this.timing = timing;
    this.view = View.of(settings);
    this.spanLane = new Lane<>("traces", spans, traces(settings));
    this.metricLane = new Lane<>("metrics", metrics, metrics(settings));
  }

  /**
   * Why nothing can be traced or measured in this JVM: the SDK and its exporters log by {@code
   * java.util.logging}, of a module that a runtime image may lack. Empty if they can. Whoever uses
   * this object asks first, and calls neither {@link #server} nor {@link #client} then.
   */
  public static Optional<String> unusable() {
    return UNUSABLE;
  }

  private static Optional<String> missing() {
    return ModuleLayer.boot().findModule("java.logging").isPresent()
        ? Optional.empty()
        : Optional.of(
            "this Java runtime lacks the module java.logging: nothing is traced or measured;"
                + " add it to the image (jlink --add-modules java.logging)");
  }

  /** Telemetry as settings say; OTEL_BSP_* and OTEL_METRIC_EXPORT_INTERVAL from the environment. */
  public static Telemetry of(ServiceSettings service, TelemetrySettings settings) {
    return new Telemetry(service, settings, Timing.of(System::getenv), Otlp::spans, Otlp::metrics);
  }

  /**
   * The same, of which nobody hears: what it records is thrown away, and it connects to nobody. It
   * is to be closed.
   */
  public static Telemetry unheard(ServiceSettings service, TelemetrySettings settings) {
    return new Telemetry(
        service, settings, Timing.DEFAULTS, target -> new Discard<>(), target -> new Discard<>());
  }

  private record Discard<D>() implements Lane.Exporter<D> {
    @Override
    public CompletableResultCode export(Collection<D> batch) {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public void close() {}
  }

  private static Optional<Target> traces(TelemetrySettings settings) {
    return settings.traces() == Exporter.OTLP
        ? Optional.of(settings.otlp().traces())
        : Optional.empty();
  }

  private static Optional<Target> metrics(TelemetrySettings settings) {
    return settings.metrics() == Exporter.OTLP
        ? Optional.of(settings.otlp().metrics())
        : Optional.empty();
  }

  /** The current context of each thread; one instance for the life of this object. */
  public RequestContexts contexts() {
    return contexts;
  }

  /**
   * Puts changed settings into force: exporters, targets, sampler, propagators and excluded paths
   * count from the next request or export on. What was recorded is kept. (The service's own name
   * and attributes stay as they were at start: metrics of one process cannot change their origin.)
   */
  public void apply(TelemetrySettings settings) {
    view = View.of(settings);
    spanLane.apply(traces(settings));
    metricLane.apply(metrics(settings));
    Sdk built = sdk;
    if (built != null) {
      built.sampler().apply(settings);
    }
  }

  /**
   * Adds metrics of the mesh's own: observable instruments that read the mesh's counters. Run once,
   * when metrics are first to be exported; at once if they are.
   *
   * @param register makes instruments; its errors are those of the caller
   */
  public void observe(Consumer<Meter> register) {
    MeterSdk built;
    synchronized (this) {
      built = meters;
      if (built == null) {
        instruments.add(register);
      }
    }
    if (built != null) {
      underOurLoader(
          () -> {
            register.accept(built.meter());
            return built;
          });
    }
  }

  /** Begins the span of a request that arrived; the caller ends it. */
  public ServerTrace server(InboundRequest request, CallerTerms terms) {
    View now = view;
    Sdk built = sdk();
    TraceIds remote = now.propagation.readSpan(request, built.decision());
    boolean excluded = now.excluded.matches(request.path());
    String method = Keys.method(request.method());
    Rpc rpc = GrpcStatus.isCall(request) ? Rpc.of(request.path()) : null;
    ActiveSpan span;
    if (!excluded) {
      String name = rpc == null ? Keys.methodInName(method) : rpc.name();
      span = built.spans().start(now.recording, name, SpanKind.SERVER, remote);
    } else {
      // Calls made for an excluded request (a health check) are no traces of their own either.
      span = remote.isValid() ? ActiveSpan.passedOn(remote) : built.spans().unsampled();
    }
    return new ServerTrace(
        request,
        terms,
        now.propagation,
        method,
        rpc,
        remote,
        span,
        excluded,
        durations(now, built),
        spanNames);
  }

  /**
   * Begins the spans of one call. Its parent is the current context of this thread.
   *
   * <p>If the application's request already carries a valid trace header, another tracer (the
   * OpenTelemetry agent, Brave, the application's own code) traces this call: then no span of ours
   * is made and its trace headers and baggage are left as they are; metrics are still kept. A
   * header that names the span of the request that is served here is no other tracer's: the
   * application has copied it, as gateways do, and a span of ours takes its place.
   */
  public ClientTrace client(OutboundRequest request) {
    View now = view;
    Sdk built = sdk();
    RequestContext context = RequestContext.of(contexts.current());
    TraceIds carried = now.propagation.readSpan(request, traceId -> true);
    return new ClientTrace(
        request,
        context,
        carried,
        now.recording,
        built.spans(),
        now.propagation,
        durations(now, built));
  }

  private Sdk sdk() {
    Sdk built = sdk;
    return built != null ? built : build();
  }

  private Sdk build() {
    synchronized (this) {
      if (sdk == null) {
        sdk = underOurLoader(() -> new Sdk(service, view.settings, timing, spanLane));
      }
      return sdk;
    }
  }

  /** Empty where nothing is measured. */
  private Optional<DurationMetrics> durations(View now, Sdk built) {
    if (!now.measuring) {
      return Optional.empty();
    }
    MeterSdk there = meters;
    return (there != null ? there : measure(built)).durations();
  }

  private MeterSdk measure(Sdk built) {
    synchronized (this) {
      if (meters == null) {
        meters = underOurLoader(() -> withInstruments(built));
      }
      return meters;
    }
  }

  private MeterSdk withInstruments(Sdk built) {
    MeterSdk made = new MeterSdk(built.resource(), timing, metricLane);
    instruments.forEach(register -> register.accept(made.meter()));
    instruments.clear();
    return made;
  }

  /**
   * The SDK and every observable instrument keep the context class loader of the thread that makes
   * them, which may be one of the application, and give it to the thread that reads metrics. To set
   * it is privileged: the application's own frames on the stack may not have the right, under a
   * security manager.
   */
  @SuppressWarnings("removal")
  private static <T> T underOurLoader(Supplier<T> work) {
    return AccessController.doPrivileged(
        (PrivilegedAction<T>)
            () -> {
              Thread thread = Thread.currentThread();
              ClassLoader before = thread.getContextClassLoader();
              thread.setContextClassLoader(Telemetry.class.getClassLoader());
              try {
                return work.get();
              } finally {
                thread.setContextClassLoader(before);
              }
            });
  }

  /** What was exported and what was lost. */
  public TelemetryStatus status() {
    Sdk built = sdk;
    return new TelemetryStatus(
        spanLane.targetName(),
        metricLane.targetName(),
        spanLane.exported(),
        spanLane.lost() + (built == null ? 0 : built.queue().dropped()),
        built == null ? 0 : built.queue().queued(),
        metricLane.exported(),
        spanLane.failures() + metricLane.failures(),
        UNUSABLE.orElse(
            spanLane.lastError().isEmpty() ? metricLane.lastError() : spanLane.lastError()));
  }

  /**
   * Sends what there is and ends. Both signals are flushed at the same time; what is not there in
   * time is lost. Returns within the given time whatever the collector does.
   */
  public void close(Duration atMost) {
    close(atMost, atMost);
  }

  /**
   * As {@link #close(Duration)}, but does not wait any longer for a collector that has let one
   * export wait for {@code answer}: it takes connections and is silent, or is not there.
   */
  public void close(Duration atMost, Duration answer) {
    Sdk built = sdk;
    if (built != null) {
      MeterSdk measured = meters;
      CompletableResultCode spans = built.flush();
      await(
          measured == null ? spans : CompletableResultCode.ofAll(List.of(spans, measured.flush())),
          atMost.toNanos(),
          answer.toNanos());
      built.stop();
      if (measured != null) {
        measured.stop();
      }
    }
  }

  private void await(CompletableResultCode flushed, long atMost, long answer) {
    long end = System.nanoTime() + atMost;
    while (!flushed.isDone() && !Thread.currentThread().isInterrupted()) {
      long waiting = Math.max(spanLane.keptWaiting(), metricLane.keptWaiting());
      long left = Math.min(end - System.nanoTime(), answer - waiting);
      if (left <= 0) {
        return;
      }
      flushed.join(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS);
    }
  }
}
