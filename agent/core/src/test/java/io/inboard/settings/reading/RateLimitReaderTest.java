// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.settings.RateLimitSettings;
import io.inboard.settings.RateLimitSettings.Per;
import io.inboard.settings.RateLimitSettings.Unit;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RateLimitReaderTest {
  private static Optional<RateLimitSettings> read(String limit) throws SettingsException {
    return new SettingsReader(Map.of(), "")
        .read("inbound: {rateLimit: " + limit + "}\n", "inboard.yaml")
        .inbound()
        .server()
        .rateLimit();
  }

  @Test
  void everyWayToTellCallersApart() throws Exception {
    assertThat(read("{requestsPerUnit: 100, unit: SECOND}"))
        .contains(new RateLimitSettings(100, Unit.SECOND, Per.ALL, ""));
    assertThat(read("{requestsPerUnit: 5, unit: MINUTE, per: source}"))
        .contains(new RateLimitSettings(5, Unit.MINUTE, Per.SOURCE, ""));
    assertThat(read("{requestsPerUnit: 7, unit: HOUR, per: header X-Api-Key}"))
        .contains(new RateLimitSettings(7, Unit.HOUR, Per.HEADER, "x-api-key"));
    assertThat(
            new SettingsReader(Map.of(), "")
                .read("{}", "inboard.yaml")
                .inbound()
                .server()
                .rateLimit())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{unit: SECOND} | requestsPerUnit",
        "{requestsPerUnit: 1} | unit",
        "{requestsPerUnit: 0, unit: SECOND} | requestsPerUnit",
        "{requestsPerUnit: 1, unit: DAY} | unit",
        "{requestsPerUnit: 1, unit: SECOND, per: everybody} | source, principal or header NAME",
        "{requestsPerUnit: 1, unit: SECOND, per: header} | must name one header",
        "{requestsPerUnit: 1, unit: SECOND, per: header a b} | must name one header",
        "{requestsPerUnit: 1, unit: SECOND, per: principal} | needs an identity",
        "{requestsPerUnit: 1, unit: SECOND, burst: 3} | unknown key"
      })
  void aMistakeIsNamed(String limit, String message) {
    assertThatThrownBy(() -> read(limit))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(message);
  }
}
