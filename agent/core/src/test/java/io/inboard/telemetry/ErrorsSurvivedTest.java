// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.AgentLoop;
import io.inboard.call.CallerTerms;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads of telemetry meet an Error, and the next batch goes out as if nothing had been. */
@Timeout(60)
class ErrorsSurvivedTest {
  private static final Timing OFTEN = new Timing(20, 64, 8, 1_000, 20);

  private final BlockingQueue<Collection<SpanData>> spans = new LinkedBlockingQueue<>();
  private final BlockingQueue<Collection<MetricData>> metrics = new LinkedBlockingQueue<>();
  private final AtomicInteger errors = new AtomicInteger();

  @Test
  void ofSpans() throws Exception {
    AgentLoop loop = AgentLoop.named("inboard-spans");
    long before = loop.failures();
    errors.set(2);
    Telemetry telemetry = telemetry();
    while (spans.isEmpty()) {
      telemetry.server(Given.In.get("/a"), CallerTerms.NONE).end(200, null);
      Thread.onSpinWait();
    }
    telemetry.close(Duration.ofSeconds(5));

    assertThat(loop.failures()).isEqualTo(before + 2);
  }

  @Test
  void ofMetrics() throws Exception {
    AgentLoop loop = AgentLoop.named("inboard-metrics");
    long before = loop.failures();
    AtomicInteger memory = new AtomicInteger(2);
    Telemetry telemetry = telemetry();
    telemetry.observe(
        meter ->
            meter
                .counterBuilder("test")
                .buildWithCallback(
                    to -> {
                      if (memory.getAndDecrement() > 0) {
                        throw new OutOfMemoryError("on purpose");
                      }
                      to.record(1);
                    }));
    Given.firstCall(telemetry);
    Collection<MetricData> read = metrics.poll(30, TimeUnit.SECONDS);
    telemetry.close(Duration.ofSeconds(5));

    assertThat(read).extracting(MetricData::getName).contains("test");
    assertThat(loop.failures()).isEqualTo(before + 2);
  }

  private Telemetry telemetry() {
    return new Telemetry(
        Given.SERVICE,
        Given.settings(),
        OFTEN,
        to -> exporter(spans, errors),
        to -> exporter(metrics, new AtomicInteger()));
  }

  /** It fails by what throws an Error when a lane, which keeps all else, looks at it. */
  private <D> Lane.Exporter<D> exporter(BlockingQueue<Collection<D>> into, AtomicInteger errors) {
    return new Lane.Exporter<>() {
      @Override
      public CompletableResultCode export(Collection<D> batch) {
        if (errors.getAndDecrement() > 0) {
          return CompletableResultCode.ofExceptionalFailure(new Unspeakable());
        }
        into.add(batch);
        return CompletableResultCode.ofSuccess();
      }

      @Override
      public void close() {}
    };
  }

  private static final class Unspeakable extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    Unspeakable() {
      super(new IOException());
    }

    @Override
    public synchronized IOException getCause() {
      throw new OutOfMemoryError("on purpose");
    }
  }
}
