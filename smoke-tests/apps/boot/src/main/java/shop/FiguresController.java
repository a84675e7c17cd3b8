// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What this JVM says of itself, for benchmarks: the same way to ask under every agent and none. */
@RestController
class FiguresController {

  /**
   * Bytes that the living threads have allocated since they began, bytes in use on the heap,
   * classes loaded since the start, threads.
   *
   * @param gc whether to collect garbage before, so that the heap shows what is held
   */
  @GetMapping("/figures")
  Map<String, Long> figures(@RequestParam(value = "gc", defaultValue = "false") boolean gc) {
    if (gc) {
      System.gc();
    }
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put(
        "allocatedBytes",
        LongStream.of(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
            .filter(bytes -> bytes > 0)
            .sum());
    figures.put("heapBytes", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    figures.put("classes", ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount());
    figures.put("threads", (long) threads.getThreadCount());
    return figures;
  }
}
