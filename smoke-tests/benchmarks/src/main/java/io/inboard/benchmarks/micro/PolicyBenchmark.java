// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What the mesh decides in one call that goes well, all features on and nobody looking on: what an
 * adapter asks, without the adapter and the I/O.
 */
public class PolicyBenchmark extends Microbenchmark {
  private static final OutboundRequest REQUEST = Sent.GET;
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
}
