// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Context;
import io.inboard.contract.Eventually;
import io.inboard.contract.Named;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PendingTest {
  private final Pending pending = new Pending();

  @BeforeAll
  static void serve() {
    Named.serve();
  }

  private void remember(String context, Object task) throws Exception {
    Named.in(
        context,
        () -> {
          pending.remember(task);
          return null;
        });
  }

  @Test
  void aTaskIsToldByIdentity() throws Exception {
    String one = new String("same");
    String other = new String("same");
    remember("a", one);
    assertThat(pending.take(other)).isSameAs(Context.NONE);
    assertThat(pending.take(one)).isEqualTo(new Named("a"));
    assertThat(pending.take(one)).isSameAs(Context.NONE);
    assertThat(pending.size()).isZero();
  }

  @Test
  void withoutAContextNothingIsKept() {
    pending.remember(new Object());
    assertThat(pending.size()).isZero();
  }

  @Test
  void aTaskThatNeverRunsIsNoLeak() throws Exception {
    for (int i = 0; i < 100; i++) {
      remember("a", new Object());
    }
    Eventually.eventually(
        () -> {
          System.gc();
          return pending.size() == 0;
        },
        () -> pending.size() + " tasks are still held");
  }
}
