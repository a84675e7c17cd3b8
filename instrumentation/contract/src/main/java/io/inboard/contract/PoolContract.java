// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static io.inboard.contract.Eventually.eventually;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.mesh.Mesh;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The library's pool of connections under the whole mesh, which keeps connections of endpoints
 * apart in it, takes some for another attempt and drops others: after thousands of calls from many
 * threads, with every kind of fault, no call has a connection or waits for one. A connection that
 * is never given back would in the end stop an application whose pool is bounded.
 */
public abstract class PoolContract extends MeshHarness {
  private static final int THREADS = 16;

  /** The same faults in each run, though not for the same calls. */
  private static final int SEED = 1;

  /**
   * What the library says of its pool.
   *
   * @param leased connections that calls have
   * @param pending calls that wait for a connection
   * @param available connections that are kept for later calls
   * @param max of those that are kept
   */
  public record Pool(int leased, int pending, int available, int max) {}

  /** How the pool stands now; that of the client that {@link #send} and {@link #start} use. */
  protected abstract Pool pool();

  @ParameterizedTest(name = "secured: {0}")
  @CsvSource({"false, 10000", "true, 2000"})
  @Shows(Feature.POOL)
  void afterManyCallsWithFaultsNothingIsLeased(boolean secured, int calls) throws Exception {
    Random chance = new Random(SEED);
    List<TestServer> servers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      TestServer server = closing(secured ? TestServer.secured(ORDERS) : TestServer.plain());
      // As many as arrive at one at most: calls that are sent again go elsewhere, too.
      servers.add(server.answering(answers(calls, chance)));
    }
    CA.issue(CLIENT_ID).save(directory);
    Mesh mesh =
        mesh(
            secured ? identity() : "",
            destination(
                """
                timeout: 4s
                    outlierDetection: {maxEjectionPercent: 0}
                    retries: {attempts: 2, perTryTimeout: 1s, backoff: 1ms, maxBackoff: 2ms,
                              retryOn: "503,per-try-timeout,\
                connect-failure,reset-before-request,reset-before-response"}"""
                    + (secured ? "\n    tls: {mode: MUTUAL}" : ""),
                servers.stream().map(TestServer::address).toArray(InetSocketAddress[]::new)));
    Outcomes outcomes = new Outcomes();
    inParallel(calls, n -> call(n, outcomes));
    eventually(
        () -> {
          Pool pool = pool();
          boolean settled = pool.leased == 0 && pool.pending == 0 && pool.available <= pool.max;
          return settled && status(mesh).inFlight() == 0;
        },
        () -> "no call under way: " + pool() + ", of the mesh " + status(mesh).inFlight());
    // Else nothing was shown: most were good, and each kind of end occurred.
    assertThat(outcomes.good.get()).as("%s", outcomes).isGreaterThan(calls / 2);
    assertThat(outcomes.failed.get()).as("%s", outcomes).isPositive();
    assertThat(outcomes.cancelled.get()).as("%s", outcomes).isPositive();
    assertThat(status(mesh).retries()).isGreaterThan(calls / 100);
  }

  private static Answer[] answers(int count, Random chance) {
    Answer[] answers = new Answer[count];
    for (int i = 0; i < count; i++) {
      answers[i] = answer(chance.nextInt(1000));
    }
    return answers;
  }

  /**
   * Some of each fault; what takes time is rare.
   *
   * @param n below 1000
   */
  private static Answer answer(int n) {
    if (n < 60) {
      return Answer.status(503);
    }
    if (n < 80) {
      return Answer.RESET;
    }
    if (n < 100) {
      return Answer.CLOSE;
    }
    if (n < 120) {
      return Answer.OK_THEN_CLOSE;
    }
    if (n < 130) {
      return Answer.TRUNCATED;
    }
    if (n < 150) {
      return connection -> {
        Eventually.pause(20);
        Answer.OK.to(connection);
      };
    }
    if (n < 152) {
      return Answer.HANG;
    }
    return n < 153 ? Answer.HANG_IN_BODY : Answer.OK;
  }

  /** One of the things that applications do. */
  private void call(int n, Outcomes outcomes) throws Exception {
    Request request = n % 4 == 0 ? Request.post(URL + "/", "body") : Request.get(URL + "/");
    if (n % 10 == 1) {
      request = request.readTimeout(Duration.ofMillis(10));
    }
    if (n % 20 == 3) {
      Running running = start(request);
      Eventually.pause(n % 3);
      running.cancel().run();
      try {
        running.response().get(PATIENCE.toSeconds(), SECONDS);
      } catch (ExecutionException | CancellationException e) {
        outcomes.cancelled.incrementAndGet();
      }
      return;
    }
    try {
      int status = send(request).status();
      (status == 200 ? outcomes.good : outcomes.failed).incrementAndGet();
    } catch (IOException e) {
      outcomes.failed.incrementAndGet();
      outcomes.last = e;
    }
  }

  /** What became of the calls; counted by all threads. */
  private static final class Outcomes {
    final AtomicInteger good = new AtomicInteger();
    final AtomicInteger failed = new AtomicInteger();
    final AtomicInteger cancelled = new AtomicInteger();

    /** Of those that failed; any of them tells why. */
    volatile IOException last = new IOException("none");

    @Override
    public String toString() {
      return good + " good, " + failed + " failed, " + cancelled + " cancelled; last: " + last;
    }
  }

  /** One call, by its number. */
  private interface Numbered {
    void call(int n) throws Exception;
  }

  /** Throws what a call has thrown. */
  private static void inParallel(int calls, Numbered task) throws Exception {
    AtomicInteger next = new AtomicInteger();
    Callable<Void> worker =
        () -> {
          for (int n = next.getAndIncrement(); n < calls; n = next.getAndIncrement()) {
            task.call(n);
          }
          return null;
        };
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(threads.submit(worker));
      }
      for (Future<Void> one : running) {
        one.get(120, SECONDS); // Nothing takes that long, unless a call hangs.
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
