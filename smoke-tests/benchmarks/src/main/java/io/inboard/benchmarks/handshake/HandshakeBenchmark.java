// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.handshake;

import com.sun.management.ThreadMXBean;
import io.inboard.identity.DevelopmentCa;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;

/**
 * What a new connection costs, and what a record: both sides in one thread, in memory; TLS 1.3,
 * certificates of EC P-256 on both sides. See {@code package-info.java}.
 *
 * <pre>smoke-tests/benchmarks/run handshake [seconds a figure]</pre>
 */
public final class HandshakeBenchmark {
  private static final int ROUNDS = 3;
  private static final int REQUEST_BYTES = 200;
  private static final int ANSWER_BYTES = 300;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private HandshakeBenchmark() {}

  public static void main(String[] a) throws Exception {
    int seconds = a.length > 0 ? Integer.parseInt(a[0]) : 5;
    DevelopmentCa ca = DevelopmentCa.create();
    List<Stack> stacks =
        new ArrayList<>(
            List.of(
                new NettyStack(ca, SslProvider.JDK),
                new InboardStack(ca, false),
                new InboardStack(ca, true)));
    if (OpenSsl.isAvailable()) {
      stacks.add(new NettyStack(ca, SslProvider.OPENSSL_REFCNT));
    } else {
      System.out.println("no BoringSSL here: " + OpenSsl.unavailabilityCause());
    }
    System.out.printf(
        "Java %s, %d s a figure, best of %d rounds%n", Runtime.version(), seconds, ROUNDS);
    System.out.printf(
        "%-18s %16s %16s %16s %16s%n",
        "", "CPU us/handshake", "bytes/handshake", "CPU us/exchange", "bytes/exchange");
    Figure[][] best = new Figure[stacks.size()][2];
    for (int round = 0; round <= ROUNDS; round++) {
      for (int i = 0; i < stacks.size(); i++) {
        Figure handshake = handshakes(stacks.get(i), seconds);
        Figure exchange = exchanges(stacks.get(i), seconds);
        // The first round is the compiler's.
        if (round > 0) {
          best[i][0] = handshake.better(best[i][0]);
          best[i][1] = exchange.better(best[i][1]);
        }
      }
    }
    for (int i = 0; i < stacks.size(); i++) {
      System.out.printf(
          Locale.ROOT,
          "%-18s %16.0f %16.0f %16.2f %16.0f%n",
          stacks.get(i).name(),
          best[i][0].micros,
          best[i][0].bytes,
          best[i][1].micros,
          best[i][1].bytes);
    }
  }

  /** Of one operation: CPU of the thread in microseconds, bytes that it allocated on the heap. */
  private record Figure(double micros, double bytes) {
    /** Where one was many. */
    Figure of(int many) {
      return new Figure(micros / many, bytes / many);
    }

    Figure better(Figure other) {
      return other == null || micros < other.micros ? this : other;
    }
  }

  private interface Operation {
    void run() throws SSLException;
  }

  private static Figure handshakes(Stack stack, int seconds) throws SSLException {
    Connection connection = new Connection(stack);
    return measure(
        seconds,
        () -> {
          connection.open();
          connection.close();
        });
  }

  private static Figure exchanges(Stack stack, int seconds) throws SSLException {
    Connection connection = new Connection(stack);
    ByteBuffer request = stack.buffer(REQUEST_BYTES);
    ByteBuffer answer = stack.buffer(ANSWER_BYTES);
    connection.open();
    try {
      return measure(
              seconds,
              () -> {
                for (int i = 0; i < 100; i++) {
                  connection.exchange(request, answer);
                }
              })
          .of(100);
    } finally {
      connection.close();
    }
  }

  private static Figure measure(int seconds, Operation operation) throws SSLException {
    long thread = Thread.currentThread().getId();
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long cpu = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getThreadAllocatedBytes(thread);
    int operations = 0;
    while (System.nanoTime() < end) {
      operation.run();
      operations++;
    }
    return new Figure(
        (THREADS.getCurrentThreadCpuTime() - cpu) / 1000.0 / operations,
        (double) (THREADS.getThreadAllocatedBytes(thread) - bytes) / operations);
  }
}
