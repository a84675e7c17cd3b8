// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static io.inboard.policy.Given.payments;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.balance.Chance;
import io.inboard.call.CallerTerms;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.PoolSettings;
import io.inboard.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TurnTest {
  private final VirtualTime time = new VirtualTime();
  private final Chance chance = new SeededChance(7);

  @Test
  void theTimerOfOneWaitLeavesTheNextOneAlone() {
    DestinationSettings settings =
        payments(1)
            .that(b -> b.connectionPool(new PoolSettings(Duration.ofSeconds(1), 1, 9, 9, 9)))
            .settings();
    DestinationPolicy policy =
        DestinationPolicy.of(settings, "", Optional.empty(), time, time, chance);
    CallDecision first = policy.begin(Request.of("GET"), CallerTerms.NONE);
    CallDecision second = policy.begin(Request.of("GET"), CallerTerms.NONE);
    assertThat(first.first(true)).isInstanceOf(Decision.Queue.class);
    Decision.Queue endpoints = (Decision.Queue) second.first(true);
    policy.endpoints(settings.listed()).run();
    assertThat(first.turn()).isInstanceOf(PolicyAttempt.class);
    Decision.Queue place = (Decision.Queue) second.turn();
    // It was due when the turn came, too late to be cancelled.
    assertThat(second.waitedTooLong(endpoints)).isNull();
    List<Decision> next = new ArrayList<>();
    second.onTurn(place, () -> next.add(second.turn()));
    assertThat(next).isEmpty();
    first.end();
    assertThat(next).singleElement().isInstanceOf(PolicyAttempt.class);
    assertThat(policy.limits().bulkhead().taken()).isEqualTo(1);
    second.end();
    assertThat(policy.limits().bulkhead().taken()).isZero();
  }
}
