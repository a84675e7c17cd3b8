// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

/** Everything that is measured; front calls back, proxies stand between them. */
public enum Metric {
  /** Answers a second, closed loop. */
  THROUGHPUT(Series.LOAD, "throughput", "req/s", true),
  CLOSED_P50(Series.LOAD, "p50, closed loop", "us", false),
  CLOSED_P99(Series.LOAD, "p99, closed loop", "us", false),
  CLOSED_P999(Series.LOAD, "p99.9, closed loop", "us", false),
  /** Open loop: all variants at the same rate; a late request counts from when it was due. */
  OPEN_P50(Series.OPEN_LOOP, "p50, open loop", "us", false),
  OPEN_P99(Series.OPEN_LOOP, "p99, open loop", "us", false),
  OPEN_P999(Series.OPEN_LOOP, "p99.9, open loop", "us", false),

  /** Processor time a request, closed loop; the total is that of all processes of the variant. */
  CPU(Series.LOAD, "CPU", "us/req", false),
  CPU_FRONT(Series.LOAD, "CPU front", "us/req", false),
  CPU_BACK(Series.LOAD, "CPU back", "us/req", false),
  CPU_FRONT_PROXY(Series.LOAD, "CPU proxy of front", "us/req", false),
  CPU_BACK_PROXY(Series.LOAD, "CPU proxy of back", "us/req", false),
  /**
   * While the others have their turn: what is exported late, and what ticks. Microseconds a second.
   */
  CPU_IDLE(Series.LOAD, "CPU at rest", "us/s", false),
  /** As CPU in the open loop, where all variants do equal work a second. */
  OPEN_CPU(Series.OPEN_LOOP, "CPU, open loop", "us/req", false),

  /** Bytes of Java heap a request, closed loop; front and back together, and each. */
  ALLOCATED(Series.LOAD, "allocated", "B/req", false),
  ALLOCATED_FRONT(Series.LOAD, "allocated front", "B/req", false),
  ALLOCATED_BACK(Series.LOAD, "allocated back", "B/req", false),

  /** From a request at a pair that never called until its answer, a second after both started. */
  FIRST_CALL(Series.FIRST_CALL, "first call", "ms", false),
  /** After that pair's first thousands of requests. Resident memory of each process and of all. */
  RSS(Series.FIRST_CALL, "RSS", "B", false),
  RSS_FRONT(Series.FIRST_CALL, "RSS front", "B", false),
  RSS_BACK(Series.FIRST_CALL, "RSS back", "B", false),
  RSS_FRONT_PROXY(Series.FIRST_CALL, "RSS proxy of front", "B", false),
  RSS_BACK_PROXY(Series.FIRST_CALL, "RSS proxy of back", "B", false),
  /** The same after a full collection, when the heap has shrunk to what it needs. */
  RSS_AFTER_GC_FRONT(Series.FIRST_CALL, "RSS after GC front", "B", false),
  RSS_AFTER_GC_BACK(Series.FIRST_CALL, "RSS after GC back", "B", false),
  /** Used after a collection. */
  HEAP_FRONT(Series.FIRST_CALL, "heap after GC front", "B", false),
  HEAP_BACK(Series.FIRST_CALL, "heap after GC back", "B", false),
  /** Loaded since the start. */
  CLASSES_FRONT(Series.FIRST_CALL, "classes front", "", false),
  CLASSES_BACK(Series.FIRST_CALL, "classes back", "", false),
  THREADS_FRONT(Series.FIRST_CALL, "threads front", "", false),
  THREADS_BACK(Series.FIRST_CALL, "threads back", "", false),

  /** Of the one pair that was under load for minutes. */
  HELD_RSS_FRONT(Series.HELD, "RSS front, after all", "B", false),
  HELD_RSS_BACK(Series.HELD, "RSS back, after all", "B", false),
  HELD_HEAP_FRONT(Series.HELD, "heap after GC front, after all", "B", false),
  HELD_HEAP_BACK(Series.HELD, "heap after GC back, after all", "B", false),

  /** One service alone, from exec until its first answer 200. */
  START_WALL(Series.START, "start", "s", false),
  START_CPU(Series.START, "start CPU", "s", false),
  START_CLASSES(Series.START, "classes at start", "", false),
  START_RSS(Series.START, "RSS at start", "B", false),
  /** Size of the agent's file. */
  JAR(Series.START, "jar", "B", false),

  /** As START_WALL and START_CPU, with an AppCDS archive that was made without any agent. */
  START_WALL_CDS(Series.ARCHIVE, "start with AppCDS", "s", false),
  START_CPU_CDS(Series.ARCHIVE, "start CPU with AppCDS", "s", false),
  /** Without the archive, in the same cycle. */
  START_WALL_PLAIN(Series.ARCHIVE, "start without AppCDS", "s", false),

  /** The share of our agent before main. */
  PREMAIN(Series.BEFORE_MAIN, "premain", "ms", false),

  /** From SIGTERM until the process is gone, spans waiting for a collector where nobody listens. */
  EXIT_REFUSED(Series.EXIT, "exit, collector refuses", "s", false),
  /** As before; the collector takes the connection and never answers. */
  EXIT_SILENT(Series.EXIT, "exit, collector silent", "s", false);

  private final Series series;
  private final String title;
  private final String unit;
  private final boolean moreIsBetter;

  Metric(Series series, String title, String unit, boolean moreIsBetter) {
    this.series = series;
    this.title = title;
    this.unit = unit;
    this.moreIsBetter = moreIsBetter;
  }

  public Series series() {
    return series;
  }

  public String title() {
    return title;
  }

  /** Of the values in {@link Measured}; empty: a plain number. */
  public String unit() {
    return unit;
  }

  public boolean moreIsBetter() {
    return moreIsBetter;
  }
}
