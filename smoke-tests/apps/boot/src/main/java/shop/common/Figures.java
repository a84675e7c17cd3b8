// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.common;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this JVM says of itself, for benchmarks: the same under every agent and none. Any thread.
 */
public final class Figures {
  /** By a thread's id, as last seen: what a thread allocated does not vanish with it. */
  private final Map<Long, Long> allocated = new ConcurrentHashMap<>();

  /**
   * Bytes that the threads have allocated since they began, bytes in use on the heap, classes
   * loaded since the start, threads, milliseconds that the JIT's threads have compiled.
   *
   * @param gc whether to collect garbage before, so that the heap shows what is held
   */
  public Map<String, Long> now(boolean gc) {
    if (gc) {
      System.gc();
    }
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("allocatedBytes", allocated(threads));
    figures.put("heapBytes", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    figures.put("classes", ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount());
    figures.put("threads", (long) threads.getThreadCount());
    figures.put(
        "compileMillis", ManagementFactory.getCompilationMXBean().getTotalCompilationTime());
    return figures;
  }

  private long allocated(com.sun.management.ThreadMXBean threads) {
    long[] ids = threads.getAllThreadIds();
    long[] bytes = threads.getThreadAllocatedBytes(ids);
    for (int i = 0; i < ids.length; i++) {
      // -1: it has ended meanwhile.
      if (bytes[i] > 0) {
        allocated.merge(ids[i], bytes[i], Math::max);
      }
    }
    return allocated.values().stream().mapToLong(Long::longValue).sum();
  }
}
