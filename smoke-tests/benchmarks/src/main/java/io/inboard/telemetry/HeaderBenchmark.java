// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.benchmarks.micro.Arrived;
import io.inboard.benchmarks.micro.Microbenchmark;
import io.inboard.call.HeaderSink;
import io.opentelemetry.api.trace.SpanContext;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.Blackhole;

/** Trace headers and baggage of one message, read and written. */
public class HeaderBenchmark extends Microbenchmark {
  private final Propagation w3c = new Propagation(List.of("tracecontext", "baggage"));
  private final Propagation b3 = new Propagation(List.of("b3"));
  private final Arrived bare = new Arrived(Map.of());
  private final Arrived parent =
      new Arrived(
          Map.of(
              "traceparent", List.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")));
  private final Arrived full =
      new Arrived(
          Map.of(
              "traceparent", List.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
              "tracestate", List.of("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
              "baggage", List.of("user=17,region=eu-1a;ttl=60,tenant=shop%20one")));
  private final Arrived single =
      new Arrived(Map.of("b3", List.of("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1")));
  private TraceIds span;
  private BaggageHeader baggage;
  private HeaderSink sink;

  /** Before the first message. */
  @Setup
  public void start(Blackhole hole) {
    span = w3c.readSpan(full, id -> true);
    baggage = w3c.readBaggage(full);
    if (!span.isValid() || !b3.readSpan(single, id -> true).isValid()) {
      throw new IllegalStateException("the headers are valid");
    }
    sink =
        new HeaderSink() {
          @Override
          public void set(String name, String value) {
            hole.consume(value);
          }

          @Override
          public void remove(String name) {}
        };
  }

  /** No header of ours: the first service of a trace. */
  @Benchmark
  public SpanContext readNothing() {
    return w3c.readSpan(bare, id -> true);
  }

  /** {@code traceparent} alone. */
  @Benchmark
  public SpanContext readTraceparent() {
    return w3c.readSpan(parent, id -> true);
  }

  /** {@code traceparent}, {@code tracestate} with two members, {@code baggage} with three. */
  @Benchmark
  public void readAll(Blackhole hole) {
    hole.consume(w3c.readSpan(full, id -> true));
    hole.consume(w3c.readBaggage(full));
  }

  /** The same, written. */
  @Benchmark
  public void writeAll() {
    w3c.writeSpan(span, sink);
    w3c.writeBaggage(baggage, sink);
  }

  /** {@code b3} in one header. */
  @Benchmark
  public SpanContext readB3() {
    return b3.readSpan(single, id -> true);
  }

  /** The same, written. */
  @Benchmark
  public void writeB3() {
    b3.writeSpan(span, sink);
  }
}
