// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.WeakIdentityMap;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The handshakes of one server. Each holds a thread of the application's executor while its peer
 * takes its time, so that a few peers who say half a hello could hold all of them: once more than
 * half of the threads wait in handshakes, none may take longer than {@link #HURRIED_MILLIS}; and of
 * one address no more than half of the threads may wait for a peer that has kept them waiting for
 * {@link #SLOW_NANOS}. Peers who answer at once are never counted, however many come together.
 *
 * <p>Safe for use by any thread; takes no lock of its own.
 */
final class Handshakes {
  /** A handshake takes two round trips and some milliseconds of work. */
  static final int HURRIED_MILLIS = 2000;

  /** Longer than a client of the mesh needs that has just started and shakes hands first. */
  static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** How long a read waits before it looks again what others do. */
  private static final int LOOK_MILLIS = 100;

  /** Of an executor that does not tell how many threads it has. */
  private static final int UNKNOWN = 8;

  /** Where a connection's server is not known. */
  static final Handshakes UNKNOWN_SERVER = new Handshakes(null, System::nanoTime);

  private static final WeakIdentityMap<Object, Handshakes> OF_SERVERS = new WeakIdentityMap<>();

  /** Weak: a server is known longer than its executor. */
  private final WeakReference<Executor> executor;

  private final LongSupplier nanoClock;
  private final AtomicInteger underWay = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> slow = new ConcurrentHashMap<>();

  Handshakes(Executor executor, LongSupplier nanoClock) {
    this.executor = new WeakReference<>(executor);
    this.nanoClock = nanoClock;
  }

  /**
   * Those of a server.
   *
   * @param server the {@code ServerImpl}, whose executor is set before it starts
   */
  static Handshakes of(Object server) {
    Handshakes known = OF_SERVERS.get(server);
    if (known != null) {
      return known;
    }
    Handshakes fresh = new Handshakes(Exchanges.executorOf(server), System::nanoTime);
    Handshakes other = OF_SERVERS.putIfAbsent(server, fresh);
    return other == null ? fresh : other;
  }

  /**
   * How many requests an executor serves at a time. A pool with a queue grows beyond its core only
   * when that is full; the JDK's wrappers are those of a single thread, as is the server's default,
   * its own dispatcher.
   */
  static int threads(Executor executor) {
    if (executor instanceof ThreadPoolExecutor pool) {
      return pool.getQueue() instanceof SynchronousQueue<?>
          ? pool.getMaximumPoolSize()
          : Math.max(1, pool.getCorePoolSize());
    }
    if (executor instanceof ForkJoinPool pool) {
      return pool.getParallelism();
    }
    String name = executor == null ? "" : executor.getClass().getName();
    if (name.equals("java.util.concurrent.ThreadPerTaskExecutor")) {
      return Integer.MAX_VALUE;
    }
    boolean single =
        name.equals("sun.net.httpserver.ServerImpl$DefaultExecutor")
            || (name.startsWith("java.util.concurrent.Executors$") && name.contains("Delegated"));
    return single ? 1 : UNKNOWN;
  }

  /** A thread begins to wait for a peer's hello. */
  Handshake begin(InetAddress peer, int mostMillis) {
    underWay.incrementAndGet();
    return new Handshake(peer, mostMillis);
  }

  private boolean crowded() {
    return underWay.get() * 2L > threads(executor.get());
  }

  private int mostSlow() {
    return Math.max(1, threads(executor.get()) / 2);
  }

  /** For tests: how many threads wait now. */
  int underWay() {
    return underWay.get();
  }

  /** For tests: whether an address is still remembered. */
  boolean remembers(InetAddress peer) {
    return slow.containsKey(peer);
  }

  /** One of them; used by the thread that waits. */
  final class Handshake implements ChannelBytes.Patience, AutoCloseable {
    private final InetAddress peer;
    private final int mostMillis;
    private final long began = nanoClock.getAsLong();
    private long waitedNanos;
    private boolean isSlow;

    private Handshake(InetAddress peer, int mostMillis) {
      this.peer = peer;
      this.mostMillis = mostMillis;
    }

    /**
     * Whether others of its address keep as many threads waiting as they may. Asked when the first
     * bytes have shown that it is a handshake: plaintext does not wait.
     */
    boolean isRefused() {
      return slow.getOrDefault(peer, 0) >= mostSlow();
    }

    @Override
    public int millisToWait() {
      if (tooManySlow()) {
        return 0;
      }
      int most = crowded() ? Math.min(mostMillis, HURRIED_MILLIS) : mostMillis;
      long left = most - TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - began);
      return (int) Math.max(0, Math.min(left, LOOK_MILLIS));
    }

    @Override
    public void waited(long nanos) {
      waitedNanos += nanos;
    }

    private boolean tooManySlow() {
      if (isSlow || waitedNanos < SLOW_NANOS) {
        return false;
      }
      isSlow = true;
      return slow.merge(peer, 1, Integer::sum) > mostSlow();
    }

    @Override
    public void close() {
      underWay.decrementAndGet();
      if (isSlow) {
        slow.computeIfPresent(peer, (address, count) -> count == 1 ? null : count - 1);
      }
    }
  }
}
