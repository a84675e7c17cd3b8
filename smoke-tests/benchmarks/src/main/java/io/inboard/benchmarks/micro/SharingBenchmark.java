// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import io.inboard.balance.Load;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/**
 * Whether threads that use different endpoints slow each other down because the endpoints' state
 * lies in one line of the cache: what a balancer is told of a request, by 16 threads at a time,
 * each of an endpoint of its own (or all of one). The time is that of a thread, which has a
 * processor for a part of it only where there are fewer.
 */
@Threads(SharingBenchmark.THREADS)
public class SharingBenchmark extends Microbenchmark {
  static final int THREADS = 16;

  private static final long RTT = TimeUnit.MILLISECONDS.toNanos(2);

  /** Where the state of the threads' endpoints lies. */
  public enum Layout {
    /** One behind the other, as the mesh makes them. */
    SIDE_BY_SIDE,
    /** Two lines of the cache between one and the next. */
    APART,
    /** All threads use one endpoint. */
    ONE
  }

  /** Where the state of the threads' endpoints lies. */
  @Param public Layout layout;

  private final AtomicInteger threads = new AtomicInteger();
  private Load[] loads;

  /** Before the first request. */
  @Setup
  public void start() {
    LongAdder siblings = new LongAdder();
    loads = new Load[THREADS];
    for (int i = 0; i < THREADS; i++) {
      loads[i] =
          switch (layout) {
            case SIDE_BY_SIDE -> new Load(siblings);
            case APART -> new Wide(siblings);
            case ONE -> i == 0 ? new Load(siblings) : loads[0];
          };
    }
  }

  /** The endpoint of a thread. */
  @State(Scope.Thread)
  public static class Mine {
    private Load load;

    /** Before the first request of the thread. */
    @Setup
    public void start(SharingBenchmark all) {
      load = all.loads[all.threads.getAndIncrement() % THREADS];
    }
  }

  /** One request. */
  @Benchmark
  public int request(Mine mine) {
    Load load = mine.load;
    long now = System.nanoTime();
    load.begin();
    int slot = load.start(now);
    load.stop(slot);
    load.answered(RTT, now);
    load.end();
    return slot;
  }

  /** Fields of a subclass lie behind those of its superclass. */
  @SuppressWarnings("unused")
  private static final class Wide extends Load {
    private long a1;
    private long a2;
    private long a3;
    private long a4;
    private long a5;
    private long a6;
    private long a7;
    private long a8;
    private long b1;
    private long b2;
    private long b3;
    private long b4;
    private long b5;
    private long b6;
    private long b7;
    private long b8;

    Wide(LongAdder siblings) {
      super(siblings);
    }
  }
}
