// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.balance.Chance;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Contexts;
import io.inboard.call.Step;
import io.inboard.discovery.Names;
import io.inboard.policy.Given;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.Request;
import io.inboard.settings.BalancerSettings.Simple;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many threads, every kind of end, settings that change all the time: nothing leaks. */
final class LoadTest {
  private static final int THREADS = 8;
  private static final int CALLS = 2_500;

  private final World world = new World();
  private final MeshOutbound mesh =
      new MeshOutbound(
          TlsPlans.NONE,
          CallObserver.NONE,
          Contexts.NONE,
          Names.ofTheJvm(),
          Clock.SYSTEM,
          Timer.PROCESS,
          Chance.THREAD);

  @ParameterizedTest
  @EnumSource(Simple.class)
  void twentyThousandCallsLeaveNothingInFlight(Simple balancer) throws Exception {
    mesh.apply(world.with(given(balancer, 0)).settings());
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        running.add(threads.submit(this::calls));
      }
      for (int i = 0; running.stream().anyMatch(f -> !f.isDone()); i++) {
        world.destinations.clear();
        mesh.apply(world.with(given(balancer, i)).settings());
      }
      for (Future<?> f : running) {
        f.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    PolicyStatus status = mesh.status().destinations().get(0);
    assertThat(status.calls()).isEqualTo((long) THREADS * CALLS);
    assertThat(status.endpoints()).allSatisfy(e -> assertThat(e.inFlight()).isZero());
    assertThat(status.endpoints().stream().mapToLong(PolicyStatus.EndpointStatus::requests).sum())
        .isEqualTo(status.calls() - status.rejected() + status.retries());
    assertThat(mesh.status().errors()).isZero();
  }

  private static Given given(Simple balancer, int version) {
    return payments(1, 2, 3, 4)
        .balancer(balancer)
        .outlier(5, 50)
        .breaker(90, 1_000)
        .timeout(5_000 + version % 2);
  }

  private void calls() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = 0; i < CALLS; i++) {
      Call call = mesh.begin(Request.of(random.nextBoolean() ? "GET" : "POST"));
      Step step = call.first();
      while (step instanceof Step.Send send) {
        send.attempt().onTimeout(() -> {});
        step =
            switch (random.nextInt(10)) {
              case 0 -> call.responded(send.attempt(), 503, name -> List.of());
              case 1 ->
                  call.failed(send.attempt(), new IOException("refused"), Progress.NOT_CONNECTED);
              case 2 -> call.failed(send.attempt(), new IOException("reset"), Progress.SENT);
              case 3 -> {
                call.abandoned();
                yield call.failed(send.attempt(), new IOException("closed"), Progress.SENT);
              }
              default -> call.responded(send.attempt(), 200, name -> List.of());
            };
      }
      call.done();
    }
  }
}
