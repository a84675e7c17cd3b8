// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import java.util.List;
import java.util.logging.Logger;

/**
 * Keeps the SDK and okhttp from writing to the application's java.util.logging: {@link Lane} logs
 * each kind of failure once, and counts.
 *
 * <p>By filters, not levels: an application that resets its LogManager (Spring Boot, the SLF4J
 * bridge) clears levels and handlers and leaves filters as they are. Used when the SDK is built, at
 * the first request, so long after main has set up logging.
 */
final class Quiet {
  /** The loggers of the classes that we use; a test compares the list with the jars. */
  private static final List<String> NAMES =
      List.of(
          "io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator",
          "io.opentelemetry.usage",
          "io.opentelemetry.context.ContextStorageWrappers",
          "io.opentelemetry.context.LazyStorage",
          "io.opentelemetry.context.ThreadLocalContextStorage",
          "io.opentelemetry.exporter.internal.SenderUtil",
          "io.opentelemetry.exporter.internal.marshal.StringEncoderHolder",
          "io.opentelemetry.exporter.otlp.internal.GrpcExporter",
          "io.opentelemetry.exporter.otlp.internal.GrpcExporterBuilder",
          "io.opentelemetry.exporter.otlp.internal.HttpExporter",
          "io.opentelemetry.exporter.otlp.internal.HttpExporterBuilder",
          "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpGrpcSender",
          "io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSender",
          "io.opentelemetry.exporter.sender.okhttp.internal.RetryInterceptor",
          "io.opentelemetry.sdk.common.CompletableResultCode",
          "io.opentelemetry.sdk.common.internal.ThrottlingLogger",
          "io.opentelemetry.sdk.metrics.SdkDoubleCounter",
          "io.opentelemetry.sdk.metrics.SdkDoubleHistogram",
          "io.opentelemetry.sdk.metrics.SdkLongCounter",
          "io.opentelemetry.sdk.metrics.SdkLongHistogram",
          "io.opentelemetry.sdk.metrics.SdkMeter",
          "io.opentelemetry.sdk.metrics.SdkMeterProvider",
          "io.opentelemetry.sdk.metrics.SdkObservableInstrument",
          "io.opentelemetry.sdk.metrics.export.PeriodicMetricReader",
          "io.opentelemetry.sdk.metrics.internal.state.AsynchronousMetricStorage",
          "io.opentelemetry.sdk.metrics.internal.state.CallbackRegistration",
          "io.opentelemetry.sdk.metrics.internal.state.DefaultSynchronousMetricStorage",
          "io.opentelemetry.sdk.metrics.internal.state.MetricStorageRegistry",
          "io.opentelemetry.sdk.metrics.internal.state.SdkObservableMeasurement",
          "io.opentelemetry.sdk.metrics.internal.view.DefaultAggregation",
          "io.opentelemetry.sdk.metrics.internal.view.ViewRegistry",
          "io.opentelemetry.sdk.resources.Resource",
          "io.opentelemetry.sdk.resources.ResourceBuilder",
          "io.opentelemetry.sdk.trace.SdkSpan",
          "io.opentelemetry.sdk.trace.SdkTracerProvider",
          "io.opentelemetry.sdk.trace.samplers.ParentBasedSamplerBuilder",
          "okhttp3.OkHttpClient",
          "okhttp3.internal.concurrent.TaskRunner",
          "okhttp3.internal.http2.Http2",
          "okio.Okio");

  /** Held, since the LogManager holds loggers weakly and would forget the filters with them. */
  private static final List<Logger> HELD = NAMES.stream().map(Quiet::silenced).toList();

  private Quiet() {}

  /** Idempotent. */
  static List<Logger> loggers() {
    return HELD;
  }

  private static Logger silenced(String name) {
    Logger logger = Logger.getLogger(name);
    logger.setFilter(record -> false);
    return logger;
  }
}
