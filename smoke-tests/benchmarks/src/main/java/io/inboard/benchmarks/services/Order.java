// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * In which order variants have their turns: a new one each cycle, all equally likely, so that none
 * always follows the same neighbour or always comes first. The same seed gives the same orders.
 */
final class Order {
  private final Random random;

  Order(long seed) {
    this.random = new Random(seed);
  }

  <T> List<T> next(List<T> all) {
    List<T> order = new ArrayList<>(all);
    Collections.shuffle(order, random);
    return order;
  }
}
