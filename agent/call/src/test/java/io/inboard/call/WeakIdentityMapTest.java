// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class WeakIdentityMapTest {
  private final WeakIdentityMap<Object, String> map = new WeakIdentityMap<>();

  @Test
  void equalObjectsHaveStateOfTheirOwn() {
    String one = new String("request");
    String two = new String("request");
    map.put(one, "1");
    assertThat(map.get(two)).isNull();
    assertThat(map.putIfAbsent(two, "2")).isNull();
    assertThat(map.putIfAbsent(two, "3")).isEqualTo("2");
    assertThat(map.get(one)).isEqualTo("1");
    assertThat(map.remove(one)).isEqualTo("1");
    assertThat(map.get(one)).isNull();
    assertThat(map.get(two)).isEqualTo("2");
  }

  @Test
  void stateGoesWithItsObject() throws Exception {
    for (int i = 0; i < 100; i++) {
      map.put(new Object(), "state");
    }
    for (int i = 0; i < 200 && map.size() > 0; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(map.size()).isZero();
  }

  @Test
  void manyThreadsMayUseIt() throws Exception {
    Thread[] threads = new Thread[4];
    CountDownLatch right = new CountDownLatch(threads.length * 1000);
    for (int t = 0; t < threads.length; t++) {
      String mine = "thread " + t;
      threads[t] =
          new Thread(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  Object key = new Object();
                  map.put(key, mine);
                  if (mine.equals(map.get(key)) && mine.equals(map.remove(key))) {
                    right.countDown();
                  }
                }
              });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(right.getCount()).isZero();
  }
}
