// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HotTest {
  @Test
  void whatAnAgentTakesAndWhereItGoes() {
    String text =
        Hot.of(
            List.of(
                "java/lang/Thread.run;shop/Shop.call;java/util/HashMap.get 60",
                "java/lang/Thread.run;io/inboard/mesh/Calls.begin;io/inboard/telemetry/Spans.start"
                    + ";java/util/HashMap.get 30",
                "java/lang/Thread.run;io/inboard/mesh/Calls.begin 10"));
    assertThat(text)
        .startsWith("40.00 % of all under a method of an agent")
        .contains(" 40.00  io/inboard/mesh/Calls.begin\n 30.00  io/inboard/telemetry/Spans.start\n")
        .contains(" 30.00  java/util/HashMap.get\n 10.00  io/inboard/mesh/Calls.begin\n")
        .doesNotContain("shop/Shop");
  }

  @Test
  void anEmptyProfileIsNoMistake() {
    assertThat(Hot.of(List.of(""))).startsWith("0.00 %");
  }
}
