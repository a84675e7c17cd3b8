// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Work of a request that this JVM does once more. */
final class RepeatedTest {
  private final CallerTerms terms = new CallerTerms(42, true, false, "10.0.0.1");
  private final Context request =
      new Context() {
        @Override
        public CallerTerms terms() {
          return terms;
        }
      };

  @Test
  void isARepetitionUnderTheTermsOfTheRequest() {
    Repeated again = Repeated.by("spring-retry", request);
    assertThat(again.original()).isSameAs(request);
    assertThat(again.terms().repetition()).isTrue();
    assertThat(again.terms().repeatedBy()).isEqualTo("spring-retry");
    assertThat(again.terms().deadlineNanos()).isEqualTo(42);
    assertThat(again.terms().enforced()).isTrue();
    assertThat(again.terms().source()).isEqualTo("10.0.0.1");
    assertThat(terms.repetition()).isFalse();
    assertThat(terms.repeatedBy()).isEmpty();
  }

  @Test
  void whatItLearnsIsToldToTheCallerOfTheRequest() {
    Repeated twice = Repeated.by("resilience4j-retry", Repeated.by("spring-retry", request));
    assertThat(twice.original()).isSameAs(request);
    twice.terms().discourageRetry("budget");
    assertThat(terms.noRetry()).isEqualTo("budget");
    assertThat(twice.terms().noRetry()).isEqualTo("budget");
  }

  @Test
  void withoutARequestThereIsNobodyToTell() {
    Repeated again = Repeated.by("spring-retry", Context.NONE);
    again.terms().discourageRetry("budget");
    assertThat(again.terms().noRetry()).isEmpty();
    assertThat(CallerTerms.NONE.repetition()).isFalse();
  }
}
