// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

/** Everything that is measured; front calls back, proxies stand between them. */
public enum Metric {
  /** Answers a second, closed loop. */
  THROUGHPUT("throughput", "req/s", true),
  CLOSED_P50("p50, closed loop", "us", false),
  CLOSED_P99("p99, closed loop", "us", false),
  CLOSED_P999("p99.9, closed loop", "us", false),
  /** Open loop: all variants at the same rate; a late request counts from when it was due. */
  OPEN_P50("p50, open loop", "us", false),
  OPEN_P99("p99, open loop", "us", false),
  OPEN_P999("p99.9, open loop", "us", false),
  /** Requests of both loops that were not answered by 200. */
  ERRORS("errors", "", false),

  /** Processor time a request, closed loop; the total is that of all processes of the variant. */
  CPU("CPU", "us/req", false),
  CPU_FRONT("CPU front", "us/req", false),
  CPU_BACK("CPU back", "us/req", false),
  CPU_FRONT_PROXY("CPU proxy of front", "us/req", false),
  CPU_BACK_PROXY("CPU proxy of back", "us/req", false),
  /** The same in the open loop, where all variants do equal work a second. */
  OPEN_CPU("CPU, open loop", "us/req", false),

  /** Bytes of Java heap a request, closed loop; front and back together, and each. */
  ALLOCATED("allocated", "B/req", false),
  ALLOCATED_FRONT("allocated front", "B/req", false),
  ALLOCATED_BACK("allocated back", "B/req", false),

  /** Used after a collection, front and back together, and each. */
  HEAP("heap after GC", "B", false),
  HEAP_FRONT("heap after GC front", "B", false),
  HEAP_BACK("heap after GC back", "B", false),

  /** Resident memory of all processes of the variant, and of each. */
  RSS("RSS", "B", false),
  RSS_FRONT("RSS front", "B", false),
  RSS_BACK("RSS back", "B", false),
  RSS_FRONT_PROXY("RSS proxy of front", "B", false),
  RSS_BACK_PROXY("RSS proxy of back", "B", false),

  /** Loaded since the start, after load. */
  CLASSES_FRONT("classes front", "", false),
  CLASSES_BACK("classes back", "", false),
  THREADS_FRONT("threads front", "", false),
  THREADS_BACK("threads back", "", false),

  /** One service alone, from exec until its first answer 200. */
  START_WALL("start", "s", false),
  START_CPU("start CPU", "s", false),
  START_CLASSES("classes at start", "", false),
  START_RSS("RSS at start", "B", false),
  /** As START_WALL and START_CPU, with an AppCDS archive that was made without any agent. */
  START_WALL_CDS("start with AppCDS", "s", false),
  START_CPU_CDS("start CPU with AppCDS", "s", false),
  /** Size of the agent's file. */
  JAR("jar", "B", false),
  /** The share of our agent before main. */
  PREMAIN("premain", "ms", false),

  /** From SIGTERM until the process is gone, spans waiting for a collector where nobody listens. */
  EXIT_REFUSED("exit, collector refuses", "s", false),
  /** As before; the collector takes the connection and never answers. */
  EXIT_SILENT("exit, collector silent", "s", false);

  private final String title;
  private final String unit;
  private final boolean moreIsBetter;

  Metric(String title, String unit, boolean moreIsBetter) {
    this.title = title;
    this.unit = unit;
    this.moreIsBetter = moreIsBetter;
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
