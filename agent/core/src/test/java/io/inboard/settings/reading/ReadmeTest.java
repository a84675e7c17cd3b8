// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.BalancerSettings;
import io.inboard.settings.BudgetSettings;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.OutlierSettings;
import io.inboard.settings.ResilienceSettings;
import io.inboard.settings.RetrySettings;
import io.inboard.settings.ServerSettings;
import io.inboard.settings.Settings;
import io.inboard.settings.UnreachablePorts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What README and the page of all keys show can be read, and what they call a default is one. */
class ReadmeTest {
  private final SettingsReader reader = new SettingsReader(Map.of(), "app.jar");

  /** What README shows, then what the page of all keys does. */
  private static List<String> blocks() throws Exception {
    List<String> blocks = new ArrayList<>(blocks(Path.of("..", "..", "README.md")));
    blocks.addAll(blocks(ReferenceTest.PAGE));
    return blocks;
  }

  static List<String> blocks(Path page) throws Exception {
    return Pattern.compile("(?s)```yaml\n(.*?)```")
        .matcher(Files.readString(page))
        .results()
        .map(r -> r.group(1))
        .toList();
  }

  @Test
  void everyExampleIsRead() throws Exception {
    assertThat(blocks()).hasSizeGreaterThanOrEqualTo(2);
    for (String block : blocks()) {
      assertThat(reader.read(block, "README.md").destinations()).isNotEmpty();
    }
  }

  @Test
  void theHealthPortOfTheExampleAnswersProbes() throws Exception {
    InboundSettings inbound = reader.read(blocks().get(0), "README.md").inbound();
    assertThat(inbound.portLevelMtls()).containsEntry(8081, InboundSettings.MtlsMode.DISABLE);
    assertThat(UnreachablePorts.warnings(inbound)).isEmpty();
  }

  @Test
  void theDefaultsOfResilienceAreTrue() throws Exception {
    String block =
        blocks().stream().filter(b -> b.startsWith("resilience:")).findFirst().orElseThrow();
    Settings settings = reader.read(block, "README.md");
    DestinationSettings d = settings.destinations().get(0);

    assertThat(settings.resilience()).isEqualTo(ResilienceSettings.DEFAULT);
    assertThat(block).contains("log: {level: info}");
    assertThat(settings.log()).isEqualTo(reader.defaults().log());
    assertThat(settings.inbound().server().dropExpired()).isFalse();
    assertThat(settings.inbound().server().exempt()).isEqualTo(ServerSettings.DEFAULT.exempt());
    assertThat(settings.inbound().server().adaptive().orElseThrow().max())
        .isEqualTo(on("inbound: {concurrencyLimit: {}}").inbound().server().adaptive().get().max());
    assertThat(d.timeout()).isEmpty();
    assertThat(d.retries()).isEqualTo(RetrySettings.DEFAULT);
    assertThat(d.retryBudget()).isEqualTo(BudgetSettings.DEFAULT);
    assertThat(d.loadBalancer()).isEqualTo(BalancerSettings.DEFAULT);
    assertThat(d.outlierDetection()).contains(OutlierSettings.DEFAULT);
    assertThat(d.connectionPool()).isEqualTo(DestinationSettings.PoolSettings.DEFAULT);
    DestinationSettings switchedOn =
        on("destinations: [{host: a, circuitBreaker: {}, admissionControl: {}, hedge: {},"
                + " fallback: {lastGood: {}, response: {}}}]")
            .destinations()
            .get(0);
    assertThat(d.circuitBreaker()).isEqualTo(switchedOn.circuitBreaker());
    assertThat(d.admissionControl()).isEqualTo(switchedOn.admissionControl());
    assertThat(d.hedge()).isEqualTo(switchedOn.hedge());
    assertThat(d.fallback().flatMap(f -> f.lastGood()))
        .isEqualTo(switchedOn.fallback().flatMap(f -> f.lastGood()));
    assertThat(d.fallback().flatMap(f -> f.response()).map(r -> r.status()))
        .isEqualTo(Optional.of(200));
  }

  private Settings on(String text) throws SettingsException {
    return reader.read(text, "a.yaml");
  }

  @Test
  void everyLinkOfADocumentLeadsToAFile() throws Exception {
    Path root = Path.of("..", "..");
    try (Stream<Path> files = Files.walk(root)) {
      for (Path document : files.filter(ReadmeTest::isDocument).toList()) {
        Pattern.compile("\\]\\(([^)#:]+)[^):]*\\)")
            .matcher(Files.readString(document))
            .results()
            .map(link -> document.resolveSibling(link.group(1)).normalize())
            .forEach(target -> assertThat(target).as("in " + document).exists());
      }
    }
  }

  @Test
  void readmeStaysShort() throws Exception {
    assertThat(Files.readAllLines(Path.of("..", "..", "README.md"))).hasSizeLessThan(150);
  }

  private static boolean isDocument(Path file) {
    return file.toString().endsWith(".md") && !file.toString().contains("/target/");
  }
}
