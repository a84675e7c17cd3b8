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
    assertThat(options.cycles()).isEqualTo(new Options.Bounds(40, 120));
    assertThat(options.starts()).isEqualTo(new Options.Bounds(8, 24));
    assertThat(options.rate()).isEmpty();
    assertThat(options.warmRequests(Variant.NONE)).isEqualTo(100_000);
    assertThat(options.warmRequests(Variant.OTEL)).isEqualTo(200_000);
  }

  @Test
  void variantsKeepTheOrderInWhichTheyAreNamed() {
    assertThat(Options.parse("--variants", "tracing,none").variants())
        .containsExactly(Variant.TRACING, Variant.NONE);
  }

  @Test
  void theQuickFormIsQuickForAgentsToo() {
    Options options = Options.parse("--warm-requests", "5", "--cycles", "20");

    assertThat(options.warmRequests(Variant.OTEL)).isEqualTo(5);
    assertThat(options.cycles()).isEqualTo(new Options.Bounds(20, 60));
  }

  @Test
  void ordersAreNewUnlessTheSeedIsGiven() {
    assertThat(Options.parse("--seed", "42").seed()).isEqualTo(42);
    assertThat(Options.parse().seed()).isBetween(0L, 999_999L);
  }

  @Test
  void withoutVariantsThereAreThoseOfTheClient() {
    assertThat(Options.parse("--client", "webclient").variants())
        .contains(Variant.NONE, Variant.EVERYTHING, Variant.NATIVE, Variant.ENVOY_H1)
        .doesNotContain(Variant.NATIVE_UNLIMITED);
    assertThat(Options.parse("--client", "grpc").variants())
        .contains(Variant.NONE, Variant.EVERYTHING, Variant.NATIVE, Variant.ENVOY_H2)
        .doesNotContain(Variant.NATIVE_UNLIMITED, Variant.ENVOY_H1, Variant.ENVOY_OTEL);
  }

  @Test
  void theHelpTellsWhatEachClientStandsIn() {
    assertThat(Options.usage())
        .contains(
            """
              webclient
                  Spring WebFlux on reactor-netty, front and back; without the variants native-unlimited
              grpc, grpc-netty
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--variants none,tracin | unknown variant 'tracin'; did you mean tracing? Known: none, ",
        "--client netty | unknown client 'netty'. Known: jdk, ",
        "--client grpc --variants none,envoy-h1 | there is no variant envoy-h1 with --client grpc: gRPC"
            + " is HTTP/2 all the way. There are: none, tracing, ",
        "--client webclient --variants native-unlimited | there is no variant native-unlimited with",
        "--client url-conection | unknown client 'url-conection'; did you mean url-connection?",
        "--cycle 3 | unknown option '--cycle'; did you mean --cycles?",
        "--steps starts | unknown step 'starts'; did you mean start?",
        "--cycles three | 'three' is not an int",
        "--connections 0 | --connections is 1 or more",
        "--pairs 0 | --pairs is 1 or more",
        "--cycles 10 --cycles-at-most 5 | --cycles-at-most is not less than --cycles",
        "--seconds 0 | --seconds is 0.1 or more",
        "--java /no/such/jdk | /no/such/jdk is no program; give a JDK or its bin/java",
      })
  void aMistakeIsToldWithWhatIsKnown(String arguments, String told) {
    assertThatThrownBy(() -> Options.parse(arguments.split(" ")))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining(told);
  }
}
