// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import io.inboard.balance.Chance;
import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.discovery.EndpointSource;
import io.inboard.discovery.Names;
import io.inboard.discovery.Update;
import io.inboard.mesh.CallObserver;
import io.inboard.mesh.MeshOutbound;
import io.inboard.mesh.TlsPlans;
import io.inboard.settings.Instance;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What one call costs while a source exchanges all endpoints of its destination again and again:
 * with 0 the list stays. The bytes a call hold the work of the source, too, which is another
 * thread's. A call that is not sent fails the benchmark.
 */
public class ChangingEndpointsBenchmark extends Microbenchmark {
  private static final OutboundRequest REQUEST = Sent.GET;
  private static final HeaderView NO_HEADERS = name -> List.of();
  private static final HeaderSink SINK =
      new HeaderSink() {
        @Override
        public void set(String name, String value) {}

        @Override
        public void remove(String name) {}
      };

  /** Lists that share no address, one after the other. */
  private static final int LISTS = 4;

  /** Of the destination. */
  @Param({"100", "10000"})
  public int endpoints;

  /** Milliseconds between two lists; 0: the first one stays. */
  @Param({"0", "100"})
  public int every;

  private MeshOutbound mesh;
  private Thread source;
  private volatile boolean over;

  /** Before the first call. */
  @Setup
  public void start() {
    List<Update> updates = new ArrayList<>();
    for (int list = 0; list < LISTS; list++) {
      List<Instance> instances = new ArrayList<>(endpoints);
      for (int i = 0; i < endpoints; i++) {
        int n = list * endpoints + i;
        instances.add(
            new Instance("10." + (n >> 16) + "." + (n >> 8 & 255) + "." + (n & 255), 8080));
      }
      updates.add(new Update.Endpoints(instances));
    }
    mesh =
        new MeshOutbound(
            TlsPlans.NONE,
            CallObserver.NONE,
            Contexts.NONE,
            Names.ofTheJvm(),
            listed -> source(updates),
            Clock.SYSTEM,
            Timer.PROCESS,
            Chance.THREAD);
    mesh.apply(AllOn.settings(1));
  }

  private EndpointSource source(List<Update> updates) {
    return subscriber -> {
      subscriber.accept(updates.get(0));
      if (every > 0) {
        source = new Thread(() -> change(subscriber, updates), "source");
        source.setDaemon(true);
        source.start();
      }
      return () -> over = true;
    };
  }

  private void change(Consumer<Update> subscriber, List<Update> updates) {
    try {
      for (int i = 1; !over; i++) {
        Thread.sleep(every);
        subscriber.accept(updates.get(i % updates.size()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the source. */
  @TearDown
  public void end() throws InterruptedException {
    over = true;
    if (source != null) {
      source.join();
    }
  }

  /** One GET that is answered with 200. */
  @Benchmark
  public void call(Blackhole hole) {
    Call call = mesh.begin(REQUEST);
    Attempt attempt = ((Step.Send) call.first()).attempt();
    hole.consume(attempt.endpoint());
    attempt.writeHeaders(SINK);
    hole.consume(attempt.timeoutNanos());
    attempt.connected(null);
    hole.consume(call.responded(attempt, 200, NO_HEADERS));
    call.done();
  }
}
