// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.benchmarks.micro.Arrived;
import io.inboard.benchmarks.micro.Loopback;
import io.inboard.benchmarks.micro.Microbenchmark;
import io.inboard.benchmarks.micro.Sent;
import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderSink;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.TelemetrySettings;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.inboard.settings.TelemetrySettings.Otlp;
import io.inboard.settings.TelemetrySettings.Protocol;
import io.inboard.settings.TelemetrySettings.Sampler;
import io.inboard.settings.TelemetrySettings.Target;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A span and the value of its duration metric, from start to end and through the queue; and what
 * its way to a collector costs once it is there. The spans are those of a GET with a {@code
 * traceparent}.
 */
public class SpanBenchmark extends Microbenchmark {
  private static final int BATCH = 512;

  private final Arrived request =
      new Arrived(
          Map.of(
              "host", List.of("payments:8080"),
              "user-agent", List.of("Java-http-client/17.0.15"),
              "traceparent", List.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")));

  /** The first ones that came out of the queue. */
  private final Queue<SpanData> batch = new ConcurrentLinkedQueue<>();

  private Loopback collector;
  private Telemetry telemetry;
  private Lane.Exporter<SpanData> exporter;
  private HeaderSink sink;

  /** With a queue as it is by default, whose worker hands everything to nobody. */
  @Setup
  public void start(Blackhole hole) throws IOException, InterruptedException {
    sink =
        new HeaderSink() {
          @Override
          public void set(String name, String value) {
            hole.consume(value);
          }

          @Override
          public void remove(String name) {}
        };
    collector = new Loopback();
    Target target =
        new Target(Protocol.HTTP_PROTOBUF, collector.url() + "/v1/traces", Map.of(), "", 10_000);
    telemetry =
        new Telemetry(
            new ServiceSettings("benchmark", "", "", "", Map.of()),
            new TelemetrySettings(
                Exporter.OTLP,
                Exporter.OTLP,
                Sampler.PARENTBASED_ALWAYS_ON,
                1,
                List.of("tracecontext", "baggage"),
                List.of(),
                new Otlp(target, target)),
            Timing.DEFAULTS,
            anywhere -> nobody(spans -> keep(spans)),
            anywhere -> nobody(metrics -> {}));
    exporter = io.inboard.telemetry.Otlp.spans(target);
    for (int i = 0; batch.size() < BATCH; i++) {
      server();
      if (i % BATCH == 0) {
        Thread.sleep(10);
      }
    }
  }

  /** On the queue's worker. */
  private void keep(Collection<SpanData> spans) {
    for (SpanData span : spans) {
      if (batch.size() < BATCH) {
        batch.add(span);
      } else {
        return;
      }
    }
  }

  private static <D> Lane.Exporter<D> nobody(Consumer<Collection<D>> before) {
    return new Lane.Exporter<>() {
      @Override
      public CompletableResultCode export(Collection<D> batch) {
        before.accept(batch);
        return CompletableResultCode.ofSuccess();
      }

      @Override
      public void close() {}
    };
  }

  /** After the last span. */
  @TearDown
  public void stop() throws IOException {
    exporter.close();
    telemetry.close(Duration.ofSeconds(1));
    collector.close();
  }

  /** Of a request that arrived. */
  @Benchmark
  public void server() {
    ServerTrace trace = telemetry.server(request, CallerTerms.NONE);
    trace.route("/orders/{id}");
    trace.end(200, null);
  }

  /** Of a call with one attempt, its headers written. */
  @Benchmark
  public void client() {
    ClientSpan span = telemetry.client(Sent.GET).attempt(1, Optional.of("10.0.0.5"), 8080);
    span.writeHeaders(sink);
    span.end(200, null);
  }

  /** One span of a batch: encoded, sent to a collector on this host, answered. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void export() {
    if (!exporter.export(batch).join(10, TimeUnit.SECONDS).isSuccess()) {
      throw new IllegalStateException("the export failed");
    }
  }
}
