// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTest {
  private static final String IDENTITY =
      "identity: {certificateChain: a, privateKey: b, trustBundle: c}\n";

  private final SettingsReader reader = new SettingsReader(Map.of(), "");

  @Test
  void jsonIsReadAsJsonWithTabsAndAll() throws Exception {
    Settings settings =
        reader.read(
            "\uFEFF{\n\t\"service\":\t{\"name\": \"a\"},\n\t\"destinations\": [{\"host\": \"b\"}]\n}",
            "http://config/settings");

    assertThat(settings.service().name()).isEqualTo("a");
    assertThat(settings.destinations()).hasSize(1);
  }

  @Test
  void yamlInBracesIsYaml() throws Exception {
    assertThat(reader.read("{service: {name: a}}", "a.yaml").service().name()).isEqualTo("a");
  }

  @Test
  void aliasesAndMergeKeysWork() throws Exception {
    Settings settings =
        reader.read(
            """
            destinations:
              - host: a
                retries: &usual {attempts: 1, backoff: 5ms}
              - host: b
                retries: *usual
              - host: c
                retries:
                  <<: *usual
                  attempts: 4
            """,
            "a.yaml");

    assertThat(settings.destinations().get(1).retries())
        .isEqualTo(settings.destinations().get(0).retries());
    assertThat(settings.destinations().get(2).retries().attempts()).isEqualTo(4);
    assertThat(settings.destinations().get(2).retries().backoff()).isEqualTo(Duration.ofMillis(5));
  }

  @ParameterizedTest
  @CsvSource({
    "1h, 3600000",
    "1m, 60000",
    "1s, 1000",
    "1ms, 1",
    "0s, 0",
    "1m30s, 90000",
    "1h0m0.5s, 3600500",
    "1.5h, 5400000"
  })
  void durations(String text, long millis) {
    assertThat(Durations.parse(text)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-1s", "1 s", "1d", "1S", "1s1", "1e3s", "1,5s", "1s "})
  void whatIsNoDuration(String text) {
    assertThat(Durations.parse(text)).isEqualTo(Optional.empty());
  }

  @Test
  void anIdentityTurnsMutualTlsOn() throws Exception {
    Settings settings =
        reader.read(
            IDENTITY + "destinations: [{host: a, endpoints: ['b:1']}, {host: c}]\n", "a.yaml");

    assertThat(settings.inbound().mtls()).isEqualTo(MtlsMode.PERMISSIVE);
    assertThat(settings.destinations().get(0).tls().mode()).isEqualTo(TlsMode.MUTUAL);
    assertThat(settings.destinations().get(1).tls().mode()).isEqualTo(TlsMode.DISABLE);
  }

  @Test
  void ejectionAndBreakerAreSwitchedByTheirKeys() throws Exception {
    Settings settings =
        reader.read(
            """
            destinations:
              - {host: a, outlierDetection: null, circuitBreaker: {}, timeout: 0s}
              - {host: b, outlierDetection: {}, circuitBreaker: null}
            """,
            "a.yaml");

    DestinationSettings first = settings.destinations().get(0);
    assertThat(first.outlierDetection()).isEmpty();
    assertThat(first.timeout()).isEmpty();
    assertThat(first.circuitBreaker())
        .contains(
            new DestinationSettings.BreakerSettings(
                50, 20, Duration.ofSeconds(10), Duration.ofSeconds(5)));
    assertThat(settings.destinations().get(1).outlierDetection()).isPresent();
    assertThat(settings.destinations().get(1).circuitBreaker()).isEmpty();
  }

  @Test
  void principalsMayBeWrittenWithTheirScheme() throws Exception {
    Settings settings =
        reader.read(
            IDENTITY
                + """
                inbound:
                  authorization: [{from: {principals: ["spiffe://a/ns/b/sa/c", "*"]}}]
                destinations:
                  - {host: a, endpoints: ["b:1"], tls: {principals: ["spiffe://a/ns/b/sa/d"]}}
                """,
            "a.yaml");

    assertThat(settings.inbound().authorization().get(0).principals())
        .containsExactly("a/ns/b/sa/c", "*");
    assertThat(settings.destinations().get(0).tls().principals()).containsExactly("a/ns/b/sa/d");
  }
}
