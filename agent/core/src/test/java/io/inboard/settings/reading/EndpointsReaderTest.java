// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.document.Problem;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of endpoints, and the key that names one. */
final class EndpointsReaderTest {
  private final SettingsReader reader =
      new SettingsReader(Map.of(), "app.jar").relativeTo(Optional.of(new File("/etc/inboard")));

  private DestinationSettings destination(String more) throws SettingsException {
    return reader
        .read("destinations:\n  - host: a\n    " + more + "\n", "a.yaml")
        .destinations()
        .get(0);
  }

  private List<String> problems(String more) {
    try {
      destination(more);
      return List.of();
    } catch (SettingsException e) {
      return e.problems().stream().map(Problem::toString).toList();
    }
  }

  @Test
  void aFileIsRelativeToTheSettings() throws SettingsException {
    assertThat(destination("discovery: {file: ./endpoints.yaml}").endpoints())
        .isEqualTo(
            new EndpointSettings.FromFile("/etc/inboard/endpoints.yaml", Duration.ofSeconds(30)));
    assertThat(destination("discovery: {file: /run/e.yaml, emptyGrace: 0s}").endpoints())
        .isEqualTo(new EndpointSettings.FromFile("/run/e.yaml", Duration.ZERO));
  }

  @Test
  void discoveredEndpointsGetMutualTlsWhereThereIsAnIdentity() throws SettingsException {
    String identity = "identity: {certificateChain: c, privateKey: k, trustBundle: r}\n";
    String discovered = "destinations: [{host: a, discovery: {file: e}}]";
    assertThat(reader.read(identity + discovered, "a").destinations().get(0).tls().mode())
        .isEqualTo(TlsMode.MUTUAL);
    assertThat(reader.read(discovered, "a").destinations().get(0).tls().mode())
        .isEqualTo(TlsMode.DISABLE);
  }

  @Test
  void subsetsAndFallbacksMayUseThem() throws SettingsException {
    destination("discovery: {file: e}\n    subsets: {v2: {labels: {version: v2}}}");
    reader.read(
        "destinations: [{host: a, fallback: {destination: b}}, {host: b, discovery: {file: e}}]",
        "a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "discovery: {} | the key 'file' is missing",
        "discovery: | has no value",
        "discovery: endpoints.yaml | must be a mapping",
        "discovery: {fil: e} | is an unknown key",
        "discovery: {dns: x} | is not supported by this version yet",
        "discovery: {file: e, emptyGrace: 30} | must be a duration"
      })
  void aMistakeIsToldOnce(String line, String message) {
    List<String> problems = problems(line);
    assertThat(problems).filteredOn(p -> p.contains(message)).hasSize(1);
    assertThat(problems).hasSizeLessThanOrEqualTo(line.contains("fil:") ? 2 : 1);
  }

  @Test
  void endpointsAreListedOrDiscovered() {
    assertThat(problems("discovery: {file: e}\n    endpoints: [10.0.0.1:80]"))
        .singleElement()
        .asString()
        .contains("exclude each other");
  }

  @Test
  void aFileIsAListAsTheSettingsHaveIt() throws SettingsException {
    List<Instance> expected =
        List.of(
            new Instance("10.0.0.1", 80),
            new Instance("::1", 81, 2, "eu-1a", Map.of("version", "v2"), true));
    String second =
        "{address: '[::1]:81', weight: 2, zone: eu-1a, labels: {version: v2}, draining: true}";
    assertThat(EndpointsReader.read("- 10.0.0.1:80\n- " + second, "e.yaml")).isEqualTo(expected);
    assertThat(EndpointsReader.read("endpoints: [10.0.0.1:80, " + second + "]", "e.yaml"))
        .isEqualTo(expected);
    assertThat(EndpointsReader.read("[{\"address\": \"10.0.0.1:80\"}]", "e.json")).hasSize(1);
    assertThat(EndpointsReader.read("[]", "e.yaml")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | says nothing",
        "'# later' | says nothing",
        "'[10.0.0.1]' | has no port",
        "'- ${HOME}:80' | is not set",
        "'[10.0.0.1:80, 10.0.0.1:80]' | repeats [0]",
        "'{endpoints: [], more: 1}' | is an unknown key",
        "'just words' | must be a list"
      })
  void whatAFileSaysWrongIsNamed(String text, String message) {
    assertThatThrownBy(() -> EndpointsReader.read(text, "e.yaml"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("e.yaml")
        .hasMessageContaining(message);
  }
}
