// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.OutboundRequest;
import io.inboard.contract.VersionLoader;
import io.inboard.contract.WovenJvm;
import java.io.File;
import java.util.function.ToIntFunction;
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
    Inboard.serve(new Inboard.Core(outbound, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
  }

  @AfterEach
  void noHookFailed() {
    assertThat(WovenJvm.takeTroubles()).as("errors of hooks").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://payments/pay", "http://payments:80/pay?a=b%20c"})
  void aCallToADestinationIsMadeOnce(String url) throws Exception {
    assertThat(calls("FeignCalls", url)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://elsewhere/", "http://payments:81/", "https://payments:80/"})
  void aCallOfNoDestinationIsRepeatedAsEver(String url) throws Exception {
    assertThat(calls("FeignCalls", url)).isEqualTo(5);
  }

  @Test
  void whatTheApplicationHasWrittenItselfDecides() throws Exception {
    assertThat(calls("OwnRetries", "http://payments/")).isEqualTo(2);
  }

  @Test
  void whileTheMeshIsSwitchedOffFeignRepeats() throws Exception {
    disabled = true;
    assertThat(calls("FeignCalls", "http://payments/")).isEqualTo(5);
  }

  @SuppressWarnings("unchecked")
  private int calls(String application, String url) throws Exception {
    return ((ToIntFunction<String>) loader.make(ToIntFunction.class, APPLICATION + application))
        .applyAsInt(url);
  }
}
