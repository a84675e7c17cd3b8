// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;

/** A random endpoint, with probabilities in proportion to the weights. */
final class RandomChoice<E extends Candidate> implements Balancer<E> {
  private final Draw<E> draw;

  RandomChoice(Draw<E> draw) {
    this.draw = draw;
  }

  @Override
  public E pick(long now, long hash, Eligible<E> eligible, List<E> tried) {
    return draw.first(now, eligible, tried);
  }
}
