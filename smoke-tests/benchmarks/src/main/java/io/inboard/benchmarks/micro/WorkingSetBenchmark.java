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
 * Why a call costs more with many destinations: because there are many (what is looked up, how it
 * is chosen), or because many are called in turn, so that what one call needs has left the
 * processor's cache when the next one to the same destination comes.
 */
public class WorkingSetBenchmark extends Microbenchmark {
  private static final HeaderView NO_HEADERS = name -> List.of();
  private static final HeaderSink SINK =
      new HeaderSink() {
        @Override
        public void set(String name, String value) {}

        @Override
        public void remove(String name) {}
      };

  /** In the settings, and how many of them are called in turn. */
  @Param({"1/1", "1000/1", "1000/1000"})
  public String destinations;

  private OutboundRequest[] requests;
  private MeshOutbound mesh;
  private int next;

  /** Before the first call. */
  @Setup
  public void start() {
    int slash = destinations.indexOf('/');
    int there = Integer.parseInt(destinations.substring(0, slash));
    int called = Integer.parseInt(destinations.substring(slash + 1));
    mesh = new MeshOutbound(TlsPlans.NONE, CallObserver.NONE, Contexts.NONE);
    mesh.apply(AllOn.settings(10, there));
    requests = new OutboundRequest[1024];
    for (int i = 0; i < requests.length; i++) {
      int d = i * 31 % called;
      requests[i] = new Sent(d == 0 ? "payments" : "service-" + d);
    }
  }

  /** One GET that is answered with 200. */
  @Benchmark
  public void call(Blackhole hole) {
    Call call = mesh.begin(requests[next++ & 1023]);
    Attempt attempt = ((Step.Send) call.first()).attempt();
    hole.consume(attempt.endpoint());
    attempt.writeHeaders(SINK);
    hole.consume(attempt.timeoutNanos());
    attempt.connected(null);
    hole.consume(call.responded(attempt, 200, NO_HEADERS));
    call.done();
  }
}
