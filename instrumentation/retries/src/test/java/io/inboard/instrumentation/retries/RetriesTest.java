// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.contract.WovenJvm;
import io.inboard.telemetry.RequestContexts;
import io.inboard.weave.UnitReport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.retry.support.DefaultRetryState;
import org.springframework.retry.support.RetryTemplate;

/** Each run after the first one has a context that says so, and nothing else has. */
final class RetriesTest {
  private static final Retry THREE =
      Retry.of(
          "three", RetryConfig.custom().maxAttempts(3).waitDuration(Duration.ofMillis(1)).build());

  private final Seen seen = new Seen();

  @BeforeEach
  void weave() {
    WovenJvm.ensure();
    serve(request -> Call.UNTOUCHED);
  }

  private static void serve(Outbound outbound) {
    Inboard.serve(
        new Inboard.Core(outbound, Inbound.PASS, InboundTls.DISABLED, new RequestContexts()));
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Seen.now()).isEqualTo("-");
    assertThat(WovenJvm.takeTroubles()).isEmpty();
  }

  private static void isWoven(String unit) {
    assertThat(WovenJvm.report(unit).libraries())
        .isNotEmpty()
        .allMatch(UnitReport.LibraryReport::applied);
  }

  private void fail() {
    seen.look();
    throw new IllegalStateException("as planned");
  }

  private static String again(String name, String library) {
    return name + " again by " + library;
  }

  // Spring Retry

  @Test
  void springRetryRepeatsAndThenRecovers() {
    Object result =
        new RetryTemplate()
            .execute(
                context -> {
                  fail();
                  return "never";
                },
                context -> {
                  seen.look();
                  return "instead";
                });
    assertThat(result).isEqualTo("instead");
    String again = again("-", "spring-retry");
    assertThat(seen.runs()).containsExactly("-", again, again, "-");
    isWoven("spring-retry");
  }

  @Test
  void springRetryKeepsTheContextOfTheRequest() {
    try (Contexts.Scope scope = Seen.in("request")) {
      assertThatThrownBy(
              () ->
                  new RetryTemplate()
                      .execute(
                          context -> {
                            fail();
                            return "never";
                          }))
          .isInstanceOf(IllegalStateException.class);
      assertThat(Seen.now()).isEqualTo("request");
    }
    String again = again("request", "spring-retry");
    assertThat(seen.runs()).containsExactly("request", again, again);
  }

  @Test
  void aRetryInsideARepetitionIsOneFromItsFirstRunOn() {
    RetryTemplate outer = RetryTemplate.builder().maxAttempts(2).noBackoff().build();
    RetryTemplate inner = RetryTemplate.builder().maxAttempts(2).noBackoff().build();
    assertThatThrownBy(
            () ->
                outer.execute(
                    context -> {
                      try {
                        inner.execute(
                            within -> {
                              fail();
                              return "never";
                            });
                      } finally {
                        seen.look();
                      }
                      return "never";
                    }))
        .isInstanceOf(IllegalStateException.class);
    String again = again("-", "spring-retry");
    assertThat(seen.runs()).containsExactly("-", again, "-", again, again, again);
  }

  /** A message that is delivered again, say. */
  @Test
  void springRetryGoesOnFromAnEarlierCall() {
    RetryTemplate template = new RetryTemplate();
    for (int delivery = 0; delivery < 2; delivery++) {
      assertThatThrownBy(
              () ->
                  template.execute(
                      context -> {
                        fail();
                        return "never";
                      },
                      new DefaultRetryState("message 1")))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(seen.runs()).containsExactly("-", again("-", "spring-retry"));
  }

  @Test
  void whileTheMeshIsSwitchedOffNothingIsSaid() {
    serve(Outbound.PASS);
    assertThatThrownBy(
            () ->
                new RetryTemplate()
                    .execute(
                        context -> {
                          fail();
                          return "never";
                        }))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> THREE.executeRunnable(this::fail))
        .isInstanceOf(IllegalStateException.class);
    assertThat(seen.runs()).hasSize(6).containsOnly("-");
  }

  // Spring Framework 7

  @Test
  void springFrameworkRepeats() {
    org.springframework.core.retry.RetryTemplate template =
        new org.springframework.core.retry.RetryTemplate(
            RetryPolicy.builder().maxRetries(2).delay(Duration.ofMillis(1)).build());
    try (Contexts.Scope scope = Seen.in("request")) {
      assertThatThrownBy(
              () ->
                  template.execute(
                      () -> {
                        fail();
                        return "never";
                      }))
          .isInstanceOf(RetryException.class);
      assertThat(Seen.now()).isEqualTo("request");
    }
    String again = again("request", "spring-core-retry");
    assertThat(seen.runs()).containsExactly("request", again, again);
    isWoven("spring-core-retry");
  }

  // resilience4j

  @Test
  void resilience4jRepeatsWhatThrows() {
    String again = again("request", "resilience4j-retry");
    try (Contexts.Scope scope = Seen.in("request")) {
      assertThatThrownBy(() -> THREE.executeRunnable(this::fail))
          .isInstanceOf(IllegalStateException.class);
      assertThat(Seen.now()).isEqualTo("request");
      assertThatThrownBy(
              () ->
                  THREE.executeCallable(
                      () -> {
                        seen.look();
                        throw new IOException("as planned");
                      }))
          .isInstanceOf(IOException.class);
      assertThat(Seen.now()).isEqualTo("request");
    }
    assertThat(seen.runs()).containsExactly("request", again, again, "request", again, again);
    isWoven("resilience4j-retry");
  }

  @Test
  void resilience4jEndsWithTheRunThatSucceeds() {
    Runnable work =
        () -> {
          seen.look();
          if (seen.runs().size() < 2) {
            throw new IllegalStateException("as planned");
          }
        };
    THREE.executeRunnable(work);
    assertThat(Seen.now()).isEqualTo("-");
    THREE.executeRunnable(work);
    assertThat(seen.runs()).containsExactly("-", again("-", "resilience4j-retry"), "-");
  }

  @Test
  void resilience4jRepeatsAResultThatItIsToldTo() {
    Retry untilThree =
        Retry.of(
            "result",
            RetryConfig.<Integer>custom()
                .maxAttempts(5)
                .waitDuration(Duration.ofMillis(1))
                .retryOnResult(n -> n < 3)
                .build());
    int result =
        untilThree.executeSupplier(
            () -> {
              seen.look();
              return seen.runs().size();
            });
    assertThat(result).isEqualTo(3);
    String again = again("-", "resilience4j-retry");
    assertThat(seen.runs()).containsExactly("-", again, again);
  }

  @Test
  void resilience4jRepeatsStagesOnOtherThreads() throws Exception {
    ScheduledExecutorService threads = Executors.newSingleThreadScheduledExecutor();
    try {
      CompletableFuture<String> result =
          THREE
              .executeCompletionStage(
                  threads,
                  () -> {
                    seen.look();
                    return seen.runs().size() < 3
                        ? CompletableFuture.<String>failedFuture(new IOException("as planned"))
                        : CompletableFuture.completedFuture("at last");
                  })
              .toCompletableFuture();
      assertThat(result.get(20, TimeUnit.SECONDS)).isEqualTo("at last");
      assertThat(threads.submit(Seen::now).get(20, TimeUnit.SECONDS)).isEqualTo("-");
    } finally {
      threads.shutdownNow();
    }
    String again = again("-", "resilience4j-retry");
    assertThat(seen.runs()).isEqualTo(List.of("-", again, again));
  }
}
