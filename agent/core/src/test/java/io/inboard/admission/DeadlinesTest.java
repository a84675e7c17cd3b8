// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.inboard.settings.DeadlineSettings;
import io.inboard.settings.DeadlineSettings.Mode;
import io.inboard.settings.DeadlineSettings.Trust;
import io.inboard.time.VirtualTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeadlinesTest {
  private static final String WEB = "cluster.local/ns/shop/sa/web";

  private final VirtualTime time = new VirtualTime();
  private final Deadlines deadlines = new Deadlines(time);

  @ParameterizedTest
  @CsvSource({
    "grpc-timeout, 1H, 3600000000000",
    "grpc-timeout, 2M, 120000000000",
    "grpc-timeout, 3S, 3000000000",
    "grpc-timeout, 250m, 250000000",
    "grpc-timeout, 99999999u, 99999999000",
    "grpc-timeout, 7n, 7",
    "x-envoy-expected-rq-timeout-ms, 1500, 1500000000",
    "x-envoy-expected-rq-timeout-ms, ' 15 ', 15000000",
    "l5d-timeout, 500, 500000000",
    "l5d-timeout, 500ms, 500000000",
    "l5d-timeout, 3s, 3000000000"
  })
  void aTimeIsReadWithItsUnit(String header, String value, long nanos) {
    CallerTerms terms = read(Arrival.of("/").from(WEB).header(header, value));
    assertThat(terms.deadlineNanos() - time.nanos()).isEqualTo(nanos);
    assertThat(terms.enforced()).isFalse();
    assertThat(deadlines.malformed() + deadlines.untrusted()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "grpc-timeout, ''",
    "grpc-timeout, 100",
    "grpc-timeout, 100ms",
    "grpc-timeout, 0m",
    "grpc-timeout, -5S",
    "grpc-timeout, 123456789n",
    "grpc-timeout, 99999999H",
    "grpc-timeout, 1٠S",
    "x-envoy-expected-rq-timeout-ms, 0",
    "x-envoy-expected-rq-timeout-ms, -1",
    "x-envoy-expected-rq-timeout-ms, +1",
    "x-envoy-expected-rq-timeout-ms, 1.5",
    "x-envoy-expected-rq-timeout-ms, 1e3",
    "x-envoy-expected-rq-timeout-ms, soon",
    "x-envoy-expected-rq-timeout-ms, 99999999999",
    "x-envoy-expected-rq-timeout-ms, 99999999999999999999999999999",
    "l5d-timeout, 3w"
  })
  void whatIsNoTimeIsIgnoredAndCounted(String header, String value) {
    assertThat(read(Arrival.of("/").from(WEB).header(header, value)).bounded()).isFalse();
    assertThat(deadlines.malformed()).isEqualTo(1);
  }

  @Test
  void aTimeSaidTwiceIsNone() {
    assertThat(read(Arrival.of("/").from(WEB).header("grpc-timeout", "1S", "9S")).bounded())
        .isFalse();
    assertThat(deadlines.malformed()).isEqualTo(1);
  }

  @Test
  void theFirstHeaderOfTheSettingsCounts() {
    Arrival request =
        Arrival.of("/").from(WEB).header("l5d-timeout", "9s").header("grpc-timeout", "1S");
    assertThat(read(request).deadlineNanos() - time.nanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void theTimeRunsFromTheArrivalNotFromTheMomentThatItIsRead() {
    long waited = TimeUnit.MILLISECONDS.toNanos(300);
    Arrival request = Arrival.of("/").from(WEB).header("grpc-timeout", "1S").queued(waited);
    assertThat(read(request).deadlineNanos() - time.nanos())
        .isEqualTo(TimeUnit.MILLISECONDS.toNanos(700));
  }

  @Test
  void nobodyKnownIsBelievedOnlyIfTheSettingsSaySo() {
    Arrival stranger = Arrival.of("/").header("grpc-timeout", "1n");
    assertThat(read(stranger).bounded()).isFalse();
    assertThat(deadlines.untrusted()).isEqualTo(1);
    assertThat(deadlines.read(stranger, settings(Mode.OBSERVE, Trust.ANY)).bounded()).isTrue();
    assertThat(deadlines.untrusted()).isEqualTo(1);
  }

  @Test
  void offReadsNothingAndEnforceSaysSo() {
    Arrival request = Arrival.of("/").from(WEB).header("grpc-timeout", "1S");
    assertThat(deadlines.read(request, settings(Mode.OFF, Trust.MESH)).bounded()).isFalse();
    assertThat(deadlines.read(request, DeadlineSettings.OFF).bounded()).isFalse();
    assertThat(deadlines.read(request, settings(Mode.ENFORCE, Trust.MESH)).enforced()).isTrue();
    assertThat(deadlines.read(Arrival.of("/"), settings(Mode.ENFORCE, Trust.MESH)).enforced())
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "1, false",
    "2, true",
    "17, true",
    "0, false",
    "-2, false",
    "'', false",
    "x, false",
    "99999999999999, false",
    "' 3 ', true"
  })
  void aRepetitionIsBelievedOfAnybody(String count, boolean repetition) {
    assertThat(read(Arrival.of("/").header("x-envoy-attempt-count", count)).repetition())
        .isEqualTo(repetition);
  }

  @Test
  void theSourceIsTheAddressWithoutThePort() {
    assertThat(read(Arrival.of("/")).source()).isEqualTo("10.0.0.9");
  }

  private CallerTerms read(Arrival request) {
    return deadlines.read(request, DeadlineSettings.DEFAULT);
  }

  private static DeadlineSettings settings(Mode mode, Trust trust) {
    DeadlineSettings d = DeadlineSettings.DEFAULT;
    return new DeadlineSettings(mode, trust, d.headers(), d.maxRejectFraction());
  }
}
