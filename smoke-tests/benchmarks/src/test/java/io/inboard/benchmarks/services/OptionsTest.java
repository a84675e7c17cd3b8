// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.benchmarks.services.Options.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OptionsTest {

  @Test
  void withoutOptionsEverythingIsMeasuredWithTheTimesThatDecide() {
    Options options = Options.parse();

    assertThat(options.variants()).containsExactly(Variant.values());
    assertThat(Step.values()).allMatch(options::does);
    assertThat(options.rounds()).isEqualTo(3);
    assertThat(options.rate()).isEmpty();
    assertThat(options.warmAtLeast(Variant.NONE)).isEqualTo(45);
    assertThat(options.warmAtLeast(Variant.OTEL)).isEqualTo(150);
    assertThat(options.warmAtMost(Variant.OTEL)).isEqualTo(300);
  }

  @Test
  void variantsKeepTheOrderInWhichTheyAreNamed() {
    assertThat(Options.parse("--variants", "tracing,none").variants())
        .containsExactly(Variant.TRACING, Variant.NONE);
  }

  @Test
  void theQuickFormIsQuickForAgentsToo() {
    Options options = Options.parse("--warm-at-least", "5", "--seconds", "3", "--rounds", "1");

    assertThat(options.warmAtLeast(Variant.OTEL)).isEqualTo(5);
    assertThat(options.warmAtMost(Variant.OTEL)).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--variants none,tracin | unknown variant 'tracin'; did you mean tracing? Known: none, ",
        "--client okhttp | unknown client 'okhttp'. Known: jdk, ",
        "--client url-conection | unknown client 'url-conection'; did you mean url-connection?",
        "--round 3 | unknown option '--round'; did you mean --rounds?",
        "--steps starts | unknown step 'starts'; did you mean start?",
        "--rounds three | 'three' is not an int",
        "--connections 0 | --connections is 1 or more",
        "--warm-at-least 10 --warm-at-most 5 | --warm-at-most is not less than --warm-at-least",
        "--java /no/such/jdk | /no/such/jdk is no program; give a JDK or its bin/java",
      })
  void aMistakeIsToldWithWhatIsKnown(String arguments, String told) {
    assertThatThrownBy(() -> Options.parse(arguments.split(" ")))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining(told);
  }
}
