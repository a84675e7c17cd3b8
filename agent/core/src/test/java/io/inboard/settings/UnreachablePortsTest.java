// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnreachablePortsTest {
  private static final String WEB = "{action: ALLOW, from: {principals: [\"a.b/ns/shop/sa/web\"]}}";

  @ParameterizedTest
  @ValueSource(strings = {WEB, WEB + ", {action: ALLOW, to: {ports: [8082]}}"})
  void aHealthPortThatNobodyCanReachIsSaidWithTheRuleThatIsMissing(String rules) throws Exception {
    assertThat(warnings("{8081: DISABLE}", rules))
        .singleElement()
        .asString()
        .contains("port 8081")
        .contains("{action: ALLOW, to: {ports: [8081]}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        WEB + ", {action: ALLOW, to: {ports: [8081]}}",
        WEB + ", {action: ALLOW, to: {paths: [/health]}}",
        "{action: DENY, to: {paths: [/admin]}}"
      })
  void onePortThatSomebodyReachesIsNoProblem(String rules) throws Exception {
    assertThat(warnings("{8081: DISABLE}", rules)).isEmpty();
    assertThat(warnings("{8081: PERMISSIVE}", WEB)).as("callers may prove who they are").isEmpty();
  }

  private static List<String> warnings(String ports, String rules) throws SettingsException {
    String text =
        "identity: {certificateChain: /c, privateKey: /k, trustBundle: /b}\n"
            + "inbound: {mtls: STRICT, portLevelMtls: "
            + ports
            + ", authorization: ["
            + rules
            + "]}";
    return UnreachablePorts.warnings(
        new SettingsReader(Map.of(), "").read(text, "a.yaml").inbound());
  }
}
