// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.report.Results;
import io.inboard.benchmarks.report.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CyclesTest {
  private final List<Variant> variants = List.of(Variant.NONE, Variant.TRACING);
  private final Ledger ledger = new Ledger(variants);
  private final List<Variant> turns = new ArrayList<>();

  private void measure(int least, int most, Cycles.Turn<Variant> turn) {
    new Cycles(new Order(1), ledger, () -> new Results(null, ledger.measured()))
        .measure(
            Series.LOAD,
            new Options.Bounds(least, most),
            cycle -> variants,
            variant -> variant,
            variant -> {
              turns.add(variant);
              return turn.apply(variant);
            });
  }

  private static Map<Metric, Double> throughput(double value) {
    return Map.of(Metric.THROUGHPUT, value);
  }

  @Test
  void whatIsDecidedEndsWithTheLeast() {
    measure(10, 100, variant -> throughput(variant == Variant.NONE ? 1000 : 500));
    assertThat(turns).hasSize(20);
  }

  @Test
  void whatIsNotDecidedGoesOnToTheMost() {
    int[] turn = {0};
    measure(
        10,
        30,
        variant -> throughput(variant == Variant.NONE ? 1000 : turn[0]++ % 2 == 0 ? 1200 : 600));
    assertThat(turns).hasSize(60);
  }

  @Test
  void whatIsDecidedLateEndsAtTheNextLook() {
    int[] turn = {0};
    // The first eight of tracing say this and that; all others 0.5x.
    measure(
        10,
        100,
        variant ->
            throughput(
                variant == Variant.NONE ? 1000 : turn[0]++ < 8 && turn[0] % 2 == 0 ? 1500 : 500));
    assertThat(turns.size() / 2).isGreaterThan(10).isLessThan(40);
    assertThat((turns.size() / 2 - 10) % 5).isZero();
  }

  @Test
  void inEachCycleEachHasItsTurn() {
    measure(10, 10, variant -> throughput(1000));
    for (int i = 0; i < turns.size(); i += 2) {
      assertThat(turns.subList(i, i + 2)).containsExactlyInAnyOrderElementsOf(variants);
    }
    assertThat(turns.subList(0, 20)).containsAnyOf(Variant.NONE);
    assertThat(ledger.measured().get(1).values().get(Metric.THROUGHPUT)).hasSize(10);
  }

  @Test
  void eachCycleHasItsOwnSetOfThem() {
    List<String> all = List.of("none 1", "tracing 1", "none 2", "tracing 2");
    List<String> driven = new ArrayList<>();
    new Cycles(new Order(1), ledger, () -> new Results(null, ledger.measured()))
        .measure(
            Series.LOAD,
            new Options.Bounds(4, 4),
            cycle -> all.subList(cycle % 2 * 2, cycle % 2 * 2 + 2),
            name -> name.startsWith("none") ? Variant.NONE : Variant.TRACING,
            name -> {
              driven.add(name);
              return throughput(1000);
            });
    assertThat(driven.subList(0, 2)).containsExactlyInAnyOrder("none 1", "tracing 1");
    assertThat(driven.subList(2, 4)).containsExactlyInAnyOrder("none 2", "tracing 2");
    assertThat(driven.subList(4, 6)).containsExactlyInAnyOrder("none 1", "tracing 1");
    assertThat(driven).hasSize(8);
  }

  @Test
  void whoDoesNotCountHasNoMoreTurns() {
    measure(
        10,
        10,
        variant -> {
          if (variant == Variant.TRACING && turns.size() > 4) {
            ledger.strike(variant, "errors");
          }
          return throughput(1000);
        });
    assertThat(turns.stream().filter(v -> v == Variant.TRACING)).hasSizeBetween(2, 4);
    assertThat(turns.stream().filter(v -> v == Variant.NONE)).hasSize(10);
  }

  @Test
  void aValueStandsInThePlaceOfItsCycle() {
    ledger.add(Variant.TRACING, 2, Map.of(Metric.CPU_IDLE, 1.23456789));
    ledger.add(Variant.TRACING, 3, Map.of(Metric.CPU_IDLE, 2.0));
    assertThat(ledger.measured().get(1).values().get(Metric.CPU_IDLE))
        .containsExactly(null, null, 1.2346, 2.0);
  }
}
