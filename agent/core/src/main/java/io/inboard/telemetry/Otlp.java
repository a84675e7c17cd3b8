// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.AgentThreads;
import io.inboard.settings.TelemetrySettings.Protocol;
import io.inboard.settings.TelemetrySettings.Target;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporterBuilder;
import io.opentelemetry.exporter.otlp.internal.GrpcExporter;
import io.opentelemetry.exporter.otlp.internal.GrpcExporterBuilder;
import io.opentelemetry.exporter.otlp.internal.HttpExporter;
import io.opentelemetry.exporter.otlp.internal.HttpExporterBuilder;
import io.opentelemetry.exporter.otlp.internal.OtlpUserAgent;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.internal.StandardComponentId.ExporterType;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * OpenTelemetry's OTLP exporters, as {@link Lane} opens them: over HTTP by {@link OtlpSender}, over
 * gRPC by okhttp, which is loaded for that alone.
 */
final class Otlp {
  private Otlp() {}

  /** Without a look through the jar for services, which would load okhttp's sender, too. */
  private static final class OwnSender implements ComponentLoader, HttpSenderProvider {
    @Override
    public <T> Iterable<T> load(Class<T> service) {
      return service == HttpSenderProvider.class ? List.of(service.cast(this)) : List.of();
    }

    @Override
    public HttpSender createSender(HttpSenderConfig config) {
      return new OtlpSender(config);
    }
  }

  static Lane.Exporter<SpanData> spans(Target target) {
    ExecutorService threads = threads(target);
    return threads == null ? httpSpans(target) : grpcSpans(target, threads);
  }

  static Lane.Exporter<MetricData> metrics(Target target) {
    ExecutorService threads = threads(target);
    MetricExporter exporter = threads == null ? httpMetrics(target) : grpcMetrics(target, threads);
    return new Lane.Exporter<>() {
      @Override
      public CompletableResultCode export(Collection<MetricData> batch) {
        return exporter.export(batch);
      }

      @Override
      public void close() {
        exporter.shutdown();
        end(threads);
      }
    };
  }

  /** As OtlpHttpSpanExporterBuilder does it, which takes no messages that are encoded already. */
  private static Lane.Exporter<SpanData> httpSpans(Target target) {
    HttpExporterBuilder builder =
        new HttpExporterBuilder(ExporterType.OTLP_HTTP_SPAN_EXPORTER, target.endpoint())
            .setTimeout(Duration.ofMillis(target.timeoutMillis()))
            .setMeterProvider(MeterProvider::noop)
            .setComponentLoader(new OwnSender());
    OtlpUserAgent.addUserAgentHeader(builder::addConstantHeaders);
    target.headers().forEach(builder::addConstantHeaders);
    if (!target.certificate().isEmpty()) {
      builder.setTrustManagerFromCerts(read(target.certificate()));
    }
    HttpExporter exporter = builder.build();
    return new EncodedSpans(exporter::export, exporter::shutdown);
  }

  /** As OtlpGrpcSpanExporterBuilder does it. */
  private static Lane.Exporter<SpanData> grpcSpans(Target target, ExecutorService threads) {
    GrpcExporterBuilder builder =
        new GrpcExporterBuilder(
                ExporterType.OTLP_GRPC_SPAN_EXPORTER,
                Duration.ofMillis(target.timeoutMillis()),
                URI.create(target.endpoint()),
                "opentelemetry.proto.collector.trace.v1.TraceService/Export")
            .setEndpoint(target.endpoint())
            .setMeterProvider(MeterProvider::noop)
            .setExecutorService(threads);
    OtlpUserAgent.addUserAgentHeader(builder::addConstantHeader);
    target.headers().forEach(builder::addConstantHeader);
    if (!target.certificate().isEmpty()) {
      builder.setTrustManagerFromCerts(read(target.certificate()));
    }
    GrpcExporter exporter = builder.build();
    return new EncodedSpans(
        exporter::export,
        () -> {
          exporter.shutdown();
          threads.shutdownNow();
        });
  }

  private static MetricExporter httpMetrics(Target target) {
    OtlpHttpMetricExporterBuilder builder =
        OtlpHttpMetricExporter.builder()
            .setEndpoint(target.endpoint())
            .setTimeout(Duration.ofMillis(target.timeoutMillis()))
            .setMeterProvider(MeterProvider.noop())
            .setComponentLoader(new OwnSender());
    target.headers().forEach(builder::addHeader);
    if (!target.certificate().isEmpty()) {
      builder.setTrustedCertificates(read(target.certificate()));
    }
    return builder.build();
  }

  private static MetricExporter grpcMetrics(Target target, ExecutorService threads) {
    OtlpGrpcMetricExporterBuilder builder =
        OtlpGrpcMetricExporter.builder()
            .setEndpoint(target.endpoint())
            .setTimeout(Duration.ofMillis(target.timeoutMillis()))
            .setMeterProvider(MeterProvider.noop())
            .setExecutorService(threads);
    target.headers().forEach(builder::addHeader);
    if (!target.certificate().isEmpty()) {
      builder.setTrustedCertificates(read(target.certificate()));
    }
    return builder.build();
  }

  /** What okhttp sends on; null over HTTP, which sends on the thread that exports. */
  private static ExecutorService threads(Target target) {
    return target.protocol() == Protocol.GRPC
        ? new ThreadPoolExecutor(
            0,
            4,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            AgentThreads.factory("inboard-otlp"))
        : null;
  }

  private static void end(ExecutorService threads) {
    if (threads != null) {
      threads.shutdownNow();
    }
  }

  private static byte[] read(String file) {
    try (InputStream in = new FileInputStream(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
