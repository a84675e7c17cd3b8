// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What became of each request. Every latency is kept, so percentiles are exact. Any thread; a slot
 * is written by one.
 */
final class Results {
  private static final int EXAMPLES = 5;
  private final long[] due;
  private final long[] nanos;
  private final boolean[] ok;
  private final Map<String, Integer> outcomes = new ConcurrentSkipListMap<>();
  private final Map<String, Integer> headers = new ConcurrentHashMap<>();
  private final Queue<String> examples = new ConcurrentLinkedQueue<>();
  private volatile long unanswered;

  /** Those with a smaller number were due. Written by the clock's thread. */
  private volatile int sent;

  Results(int requests) {
    due = new long[requests];
    nanos = new long[requests];
    ok = new boolean[requests];
  }

  /** When a request is due, from the beginning. */
  void due(int request, long nanos) {
    due[request] = Math.max(0, nanos);
    sent = request + 1;
  }

  void answered(int request, long took, Sender.Reply reply) {
    nanos[request] = took;
    ok[request] = reply.status() < 300;
    outcomes.merge("" + reply.status(), 1, Integer::sum);
    if (!reply.header().isEmpty()) {
      headers.merge(reply.header(), 1, Integer::sum);
    }
    if (!ok[request] || nanos.length == 1) {
      example(request, took, reply.status() + " " + reply.body());
    }
  }

  void failed(int request, long took, Throwable error) {
    nanos[request] = took;
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    outcomes.merge(cause.getClass().getSimpleName(), 1, Integer::sum);
    example(request, took, chain(error));
  }

  void unanswered(long requests) {
    unanswered = requests;
  }

  private void example(int request, long took, String text) {
    if (examples.size() < EXAMPLES) {
      examples.add("#" + request + " after " + millis(took) + " ms: " + text);
    }
  }

  private static String chain(Throwable e) {
    return e.getCause() == null ? e.toString() : e + " <- " + chain(e.getCause());
  }

  String json() {
    int seconds = (int) TimeUnit.NANOSECONDS.toSeconds(due[Math.max(0, sent - 1)]) + 1;
    String perSecond =
        IntStream.range(0, seconds)
            .mapToObj(
                second -> {
                  IntPredicate then = i -> TimeUnit.NANOSECONDS.toSeconds(due[i]) == second;
                  return "{\"requests\":"
                      + count(then)
                      + ",\"ok\":"
                      + count(then.and(i -> ok[i]))
                      + ",\"okMillis\":"
                      + percentiles(then.and(i -> ok[i]))
                      + "}";
                })
            .collect(Collectors.joining(","));
    return "{\"requests\":"
        + sent
        + ",\"ok\":"
        + count(i -> ok[i])
        + ",\"unanswered\":"
        + unanswered
        + ",\"millis\":"
        + percentiles(i -> true)
        + ",\"okMillis\":"
        + percentiles(i -> ok[i])
        + ",\"outcomes\":"
        + object(outcomes)
        + ",\"headers\":"
        + object(headers)
        + ",\"examples\":["
        + examples.stream().map(Results::quoted).collect(Collectors.joining(","))
        + "],\"seconds\":["
        + perSecond
        + "]}";
  }

  private long count(IntPredicate which) {
    return IntStream.range(0, sent).filter(which).count();
  }

  private String percentiles(IntPredicate which) {
    long[] sorted = IntStream.range(0, sent).filter(which).mapToLong(i -> nanos[i]).toArray();
    Arrays.sort(sorted);
    return "{\"p50\":"
        + at(sorted, 0.5)
        + ",\"p90\":"
        + at(sorted, 0.9)
        + ",\"p99\":"
        + at(sorted, 0.99)
        + ",\"p999\":"
        + at(sorted, 0.999)
        + ",\"max\":"
        + at(sorted, 1)
        + "}";
  }

  private static String at(long[] sorted, double share) {
    if (sorted.length == 0) {
      return "null";
    }
    int index = (int) Math.ceil(share * sorted.length) - 1;
    return millis(sorted[Math.max(0, index)]);
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.2f", nanos / 1e6);
  }

  private static String object(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .map(e -> quoted(e.getKey()) + ":" + e.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(' ');
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
