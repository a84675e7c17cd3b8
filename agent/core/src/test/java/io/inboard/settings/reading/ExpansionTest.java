// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.settings.DestinationSettings;
import io.inboard.settings.Settings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpansionTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "NAME", "orders", "PORT", "8443", "ON", "false", "EVIL", "a\nenabled: false # ${PORT}");

  private final SettingsReader reader = new SettingsReader(ENVIRONMENT, "");

  @Test
  void variablesStandWhereverAValueStands() throws Exception {
    Settings settings =
        reader.read(
            """
            enabled: ${ON}
            service: {name: "${NAME}-${ZONE:eu:1}"}
            destinations:
              - host: ${HOST:${NAME}}
                endpoints: ["10.0.0.1:${PORT}"]
                timeout: ${TIMEOUT:2s}
                retries:
                  attempts: ${ATTEMPTS:1}
            """,
            "a.yaml");

    assertThat(settings.enabled()).isFalse();
    assertThat(settings.service().name()).isEqualTo("orders-eu:1");
    DestinationSettings destination = settings.destinations().get(0);
    assertThat(destination.host()).isEqualTo("orders");
    assertThat(destination.listed().get(0).port()).isEqualTo(8443);
    assertThat(destination.timeout()).contains(Duration.ofSeconds(2));
    assertThat(destination.retries().attempts()).isEqualTo(1);
  }

  @Test
  void aVariablesValueBringsInNoStructureAndIsNotExpandedAgain() throws Exception {
    Settings settings = reader.read("service: {name: \"${EVIL}\"}", "a.yaml");

    assertThat(settings.enabled()).isTrue();
    assertThat(settings.service().name()).isEqualTo(ENVIRONMENT.get("EVIL"));
  }

  @Test
  void aDoubledDollarIsALiteral() throws Exception {
    assertThat(new Expansion(Map.of()).expand("a$${b}c$d")).isEqualTo("a${b}c$d");
  }

  @Test
  void anUndefinedVariableIsAnErrorWithItsLine() {
    assertThatThrownBy(() -> reader.read("enabled: true\nservice:\n  name: ${NOBODY}\n", "a.yaml"))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(
            "a.yaml:3:9 service.name: the environment variable NOBODY is not set");
  }

  @Test
  void commentsAreNotExpanded() throws Exception {
    assertThat(reader.read("# ${NOBODY}\nenabled: true\n", "a.yaml").enabled()).isTrue();
  }
}
