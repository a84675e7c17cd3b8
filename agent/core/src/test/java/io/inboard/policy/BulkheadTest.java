// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.DestinationSettings.PoolSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class BulkheadTest {
  @Test
  void threadsNeverHoldMoreThanAllowedAndNobodyIsForgotten() throws Exception {
    int most = 3;
    int each = 5_000;
    int threads = 6;
    Bulkhead bulkhead =
        new Bulkhead(
            new PoolSettings(
                Duration.ofSeconds(1),
                most,
                PoolSettings.UNLIMITED,
                PoolSettings.UNLIMITED,
                PoolSettings.UNLIMITED));
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger highest = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    List<Thread> workers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int me = t;
      Thread worker =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  Bulkhead.Place place = bulkhead.ask();
                  if ((i + me) % 7 == 0) {
                    place.leave(); // Gives up, whether it has its turn or not.
                    served.incrementAndGet();
                    continue;
                  }
                  CountDownLatch turn = new CountDownLatch(1);
                  if (place.held()) {
                    turn.countDown();
                  } else {
                    place.onTurn(turn::countDown);
                  }
                  try {
                    if (!turn.await(20, TimeUnit.SECONDS)) {
                      return;
                    }
                  } catch (InterruptedException e) {
                    return;
                  }
                  highest.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  inside.decrementAndGet();
                  served.incrementAndGet();
                  place.leave();
                }
              });
      workers.add(worker);
      worker.start();
    }
    for (Thread worker : workers) {
      worker.join(TimeUnit.SECONDS.toMillis(60));
    }
    assertThat(served).hasValue(threads * each);
    assertThat(highest.get()).isLessThanOrEqualTo(most);
    assertThat(bulkhead.taken()).isZero();
    assertThat(bulkhead.waiting()).isZero();
  }
}
