// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key belongs to the next point, whichever part of the ring the two lie in. */
final class RingTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 7", "2, 8", "3, 5", "10, 1024", "3000, 3"})
  void aKeyBelongsToTheNextPoint(int endpoints, int entries) {
    List<Endpoint> all = new ArrayList<>();
    List<Long> points = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      String address = "10.0.0.1:" + i;
      all.add(new Endpoint(address));
      for (int k = 0; k < entries; k++) {
        points.add(Hashing.mix(Hashing.of(address) + k * 0x9e3779b97f4a7c15L));
      }
    }
    points.sort(null);
    Ring ring = new Ring(all, entries);
    assertThat(ring.size()).isEqualTo(points.size());
    List<Long> keys = new ArrayList<>(List.of(Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE));
    new Random(7).longs(2_000).forEach(keys::add);
    for (long point : points.subList(0, Math.min(points.size(), 2_000))) {
      keys.addAll(List.of(point - 1, point, point + 1));
    }
    for (long key : keys) {
      assertThat(ring.place(key)).isEqualTo(next(points, key));
    }
  }

  private static int next(List<Long> points, long key) {
    for (int i = 0; i < points.size(); i++) {
      if (points.get(i) >= key) {
        return i;
      }
    }
    return 0;
  }

  private record Endpoint(String address) implements Candidate {
    @Override
    public int weight() {
      return 1;
    }

    @Override
    public String zone() {
      return "";
    }

    @Override
    public Load load() {
      throw new UnsupportedOperationException("not asked");
    }
  }
}
