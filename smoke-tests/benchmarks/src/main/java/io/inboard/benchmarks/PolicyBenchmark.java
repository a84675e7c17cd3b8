// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.mesh.CallObserver;
import io.inboard.mesh.MeshOutbound;
import io.inboard.mesh.TlsPlans;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What the mesh decides in one call that goes well, all features on and nobody looking on: what an
 * adapter asks, without the adapter and the I/O.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class PolicyBenchmark {
  private static final OutboundRequest REQUEST = new Request();
  private static final HeaderView NO_HEADERS = name -> List.of();
  private static final Runnable ABORT = () -> {};

  /** Of the destination. */
  @Param({"1", "10", "100", "10000"})
  public int endpoints;

  private MeshOutbound mesh;
  private Sink sink;

  /** Before the first call. */
  @Setup
  public void start(Blackhole hole) {
    sink = new Sink(hole);
    mesh = new MeshOutbound(TlsPlans.NONE, CallObserver.NONE, Contexts.NONE);
    mesh.apply(AllOn.settings(endpoints));
  }

  /** One GET that is answered with 200. */
  @Benchmark
  public void call(Blackhole hole) {
    Call call = mesh.begin(REQUEST);
    Attempt attempt = ((Step.Send) call.first()).attempt();
    hole.consume(attempt.endpoint());
    attempt.writeHeaders(sink);
    hole.consume(attempt.timeoutNanos());
    attempt.onTimeout(ABORT);
    attempt.connected(null);
    hole.consume(call.responded(attempt, 200, NO_HEADERS));
    call.done();
  }

  private record Sink(Blackhole hole) implements HeaderSink {
    @Override
    public void set(String name, String value) {
      hole.consume(value);
    }

    @Override
    public void remove(String name) {}
  }

  private static final class Request implements OutboundRequest {
    @Override
    public String library() {
      return "benchmark";
    }

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String host() {
      return "payments";
    }

    @Override
    public int port() {
      return 80;
    }

    @Override
    public String target() {
      return "/orders?id=1";
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public Body body() {
      return Body.NONE;
    }
  }
}
