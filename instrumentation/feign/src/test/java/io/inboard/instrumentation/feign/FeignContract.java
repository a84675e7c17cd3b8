// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Context;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Repeated;
import io.inboard.contract.VersionLoader;
import io.inboard.contract.WovenJvm;
import io.inboard.telemetry.RequestContexts;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToIntBiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often Feign calls its client for one call that gets no answer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FeignContract {
  private static final String APPLICATION = "io.inboard.instrumentation.feign.app.";
  private static final String FIRST = "first";
  private static final String AGAIN = "again by feign";

  private final String version;
  private VersionLoader loader;
  private volatile boolean disabled;

  FeignContract(String version) {
    this.version = version;
  }

  @BeforeAll
  void load() {
    WovenJvm.ensure();
    loader = new VersionLoader(new File("target/feign/" + version), false, APPLICATION);
  }

  /** A mesh with one destination, {@code payments:80}. */
  @BeforeEach
  void serve() {
    WovenJvm.takeTroubles();
    disabled = false;
    Outbound outbound =
        new Outbound() {
          @Override
          public boolean disabled() {
            return disabled;
          }

          @Override
          public Call begin(OutboundRequest request) {
            return Call.UNTOUCHED;
          }

          @Override
          public boolean repeats(String host, int port) {
            return host.equals("payments") && port == 80;
          }
        };
    Inboard.serve(
        new Inboard.Core(outbound, Inbound.PASS, InboundTls.DISABLED, new RequestContexts()));
  }

  @AfterEach
  void noHookFailed() {
    assertThat(WovenJvm.takeTroubles()).as("errors of hooks").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://payments/pay", "http://payments:80/pay?a=b%20c"})
  void aCallToADestinationIsMadeOnce(String url) {
    assertThat(calls("FeignCalls", url)).containsExactly(FIRST);
  }

  /** All at a time, since Feign waits for a second. */
  @Test
  void aCallOfNoDestinationIsRepeatedAsEver() {
    List<CompletableFuture<List<String>>> calls =
        Stream.of("http://elsewhere/", "http://payments:81/", "https://payments:80/")
            .map(
                url ->
                    CompletableFuture.supplyAsync(
                        () -> calls("FeignCalls", url), task -> new Thread(task).start()))
            .toList();
    assertThat(calls)
        .extracting(CompletableFuture::join)
        .allSatisfy(attempts -> assertThat(attempts).hasSize(5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"OwnRetries", "ChosenRetries"})
  void whatTheApplicationHasChosenIsKeptAndGetsOneAttemptEach(String application) {
    assertThat(calls(application, "http://payments/")).containsExactly(FIRST, AGAIN, AGAIN);
    assertThat(Inboard.contexts().current()).as("afterwards").isEqualTo(Context.NONE);
  }

  @Test
  void whileTheMeshIsSwitchedOffFeignRepeats() {
    disabled = true;
    assertThat(calls("FeignCalls", "http://payments/"))
        .containsExactly(FIRST, FIRST, FIRST, FIRST, FIRST);
  }

  /** What is known of each attempt while the client has it. */
  @SuppressWarnings("unchecked")
  private List<String> calls(String application, String url) {
    List<String> attempts = new ArrayList<>();
    Runnable attempt =
        () ->
            attempts.add(
                Inboard.contexts().current() instanceof Repeated again
                    ? "again by " + again.terms().repeatedBy()
                    : FIRST);
    try {
      int count =
          ((ToIntBiFunction<String, Runnable>)
                  loader.make(ToIntBiFunction.class, APPLICATION + application))
              .applyAsInt(url, attempt);
      assertThat(attempts).hasSize(count);
      return attempts;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
