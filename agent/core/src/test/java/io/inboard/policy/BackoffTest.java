// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BackoffTest {
  private static final long NOW = 1_800_000_000_000L; // 2027-01-15T08:00:00Z

  private static RetryRules rules(long base, long max) {
    return new RetryRules(
        2, Long.MAX_VALUE, Set.of(), Set.of(), Set.of(), false, true, base, max, max, false, true);
  }

  @Test
  void isUniformBetweenNothingAndTheBound() {
    SeededChance chance = new SeededChance(3);
    double sum = 0;
    for (int i = 0; i < 10_000; i++) {
      sum += Backoff.nanos(rules(1_000, 1_000_000), 2, chance);
    }
    assertThat(sum / 10_000).isBetween(1_450.0, 1_550.0);
  }

  @Test
  void neitherManyRetriesNorLongBasesOverflow() {
    SeededChance chance = new SeededChance(3);
    long max = TimeUnit.HOURS.toNanos(24);
    for (int retry : new int[] {1, 31, 32, 63, 64, 65, 1_000}) {
      assertThat(Backoff.nanos(rules(max, max), retry, chance)).isBetween(0L, max);
    }
  }

  @Test
  void aBaseOfNothingIsNoWait() {
    assertThat(Backoff.nanos(rules(0, 1_000), 3, new SeededChance(3))).isZero();
  }

  @Test
  void readsSecondsAndDates() {
    assertThat(Backoff.retryAfter(List.of("3"), NOW)).hasValue(TimeUnit.SECONDS.toNanos(3));
    assertThat(Backoff.retryAfter(List.of(" 0 "), NOW)).hasValue(0);
    assertThat(Backoff.retryAfter(List.of("Fri, 15 Jan 2027 08:00:07 GMT"), NOW))
        .hasValue(TimeUnit.SECONDS.toNanos(7));
    assertThat(Backoff.retryAfter(List.of("Fri, 15 Jan 2027 07:00:00 GMT"), NOW)).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-1", "1.5", "soon", "Fri, 99 Jan 2027 08:00:00 GMT", "٣"})
  void whatCannotBeReadIsNotThere(String value) {
    assertThat(Backoff.retryAfter(List.of(value), NOW)).isEqualTo(OptionalLong.empty());
  }
}
