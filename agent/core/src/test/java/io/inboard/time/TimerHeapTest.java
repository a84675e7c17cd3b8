// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.time.ProcessTimer.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TimerHeapTest {
  private final TimerHeap agenda = new TimerHeap();
  private final Random random = new Random(3);

  private Entry add(long at) {
    Entry entry = new Entry(at, () -> {});
    agenda.add(entry);
    return entry;
  }

  private List<Long> due(long now) {
    List<Long> times = new ArrayList<>();
    for (Entry e = agenda.due(now); e != null; e = agenda.due(now)) {
      times.add(e.at);
    }
    return times;
  }

  @Test
  void whatIsDueComesInTheOrderOfItsTime() {
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      times.add((long) random.nextInt(1_000));
      add(times.get(i));
    }
    times.sort(null);
    assertThat(due(499)).isEqualTo(times.stream().filter(t -> t <= 499).toList());
    assertThat(agenda.next()).isEqualTo(500);
    assertThat(due(1_000)).isEqualTo(times.stream().filter(t -> t > 499).toList());
    assertThat(agenda.next()).isEqualTo(TimerHeap.NEVER);
  }

  @Test
  void whatIsCancelledIsThrownOutBeforeThereIsMuchOfIt() {
    List<Entry> kept = new ArrayList<>();
    int most = 0;
    for (int i = 0; i < 1_000_000; i++) {
      Entry entry = add(1_000_000 - i % 1_000);
      if (i % 1_000 == 0) {
        kept.add(entry);
      } else {
        entry.cancel();
      }
      most = Math.max(most, agenda.size() - 2 * kept.size());
    }
    assertThat(most).isLessThanOrEqualTo(1_024);
    assertThat(agenda.pending()).isEqualTo(kept.size());
    assertThat(due(1_000_000)).hasSizeGreaterThanOrEqualTo(kept.size()).isSorted();
  }

  @Test
  void whatWasCancelledBeforeIsKeptOnlyAsTheTimeToWakeUp() {
    for (int i = 0; i < 100; i++) {
      Entry entry = new Entry(1_000 + i, () -> {});
      entry.cancel();
      agenda.add(entry);
    }
    assertThat(agenda.size()).isEqualTo(1);
    assertThat(agenda.next()).isEqualTo(1_000);
  }
}
