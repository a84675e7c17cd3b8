// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OrderTest {
  private static final List<String> ALL = List.of("none", "tracing", "everything", "otel");

  @Test
  void aSeedGivesTheSameOrdersAgain() {
    Order one = new Order(7);
    Order again = new Order(7);
    Order other = new Order(8);
    List<List<String>> orders = List.of(one.next(ALL), one.next(ALL), one.next(ALL));
    assertThat(List.of(again.next(ALL), again.next(ALL), again.next(ALL))).isEqualTo(orders);
    assertThat(List.of(other.next(ALL), other.next(ALL), other.next(ALL))).isNotEqualTo(orders);
  }

  @Test
  void everyOrderComesAsOftenAsTheOthers() {
    Map<List<String>, Integer> seen = new HashMap<>();
    Order order = new Order(7);
    for (int i = 0; i < 24 * 200; i++) {
      List<String> next = order.next(ALL);
      assertThat(next).containsExactlyInAnyOrderElementsOf(ALL);
      seen.merge(next, 1, Integer::sum);
    }
    assertThat(seen).hasSize(24);
    assertThat(seen.values()).allMatch(times -> times > 140 && times < 260);
  }
}
