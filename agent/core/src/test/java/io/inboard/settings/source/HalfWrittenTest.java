// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents that say less than their writer means; time is the test's. */
class HalfWrittenTest {
  private static final String SECURED =
      """
      service: {name: a}
      identity:
        certificateChain: /c
        privateKey: /k
        trustBundle: /t
      inbound:
        mtls: STRICT
        authorization:
          - action: DENY
            to:
              paths:
                - /admin/*
          - {action: DENY, to: {paths: [/secret/*]}}
          - action: ALLOW
            from:
              principals:
                - cluster.local/ns/shop/sa/web
      destinations:
        - host: pay
          endpoints: ["10.0.0.5:8443"]
          tls:
            mode: MUTUAL
            principals:
              - cluster.local/ns/shop/sa/pay
      """;

  @TempDir private Path directory;

  private final List<Loaded> published = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private final SettingsReader reader = new SettingsReader(Map.of(), "");
  private Path file;
  private long now;

  /** When the writer, who pauses, writes the rest. */
  private long rest = Long.MAX_VALUE;

  private String whole = SECURED;

  @BeforeEach
  void written() throws IOException {
    file = Files.writeString(directory.resolve("inboard.yaml"), SECURED);
  }

  @Test
  void aWriterWhoPausesAtAnyPointOfTheFileOpensNothing() throws Exception {
    whole = SECURED.replace("name: a", "name: b");
    Settings secured = reader.read(SECURED, "inboard.yaml");
    for (int cut = 0; cut <= whole.length(); cut++) {
      Files.writeString(file, SECURED);
      SettingsWatch watch = watch();
      watch.load();
      published.clear();
      Files.writeString(file, whole.substring(0, cut));
      rest = now + 700;
      for (int look = 0; look < 10; look++) {
        watch.poll();
        time(500);
      }
      assertThat(published).as("cut at %s", cut).isNotEmpty();
      for (Loaded each : published) {
        Settings settings = each.settings();
        assertThat(settings.inbound()).as("cut at %s", cut).isEqualTo(secured.inbound());
        assertThat(settings.identity()).as("cut at %s", cut).isEqualTo(secured.identity());
        assertThat(settings.destinations()).as("cut at %s", cut).isEqualTo(secured.destinations());
      }
      assertThat(published.get(published.size() - 1).settings().service().name()).isEqualTo("b");
    }
  }

  @Test
  void whatDropsSecurityMustStandUnchangedForFiveSecondsAndSaysSo() throws Exception {
    for (String without :
        List.of(
            SECURED
                .substring(SECURED.indexOf("destinations:"))
                .replace("MUTUAL", "SIMPLE")
                .replace("      principals:\n        - cluster.local/ns/shop/sa/pay\n", ""),
            SECURED.replace("mtls: STRICT", "mtls: PERMISSIVE"),
            SECURED.replaceAll("(?s)  authorization:.*destinations:", "destinations:"))) {
      Files.writeString(file, SECURED);
      SettingsWatch watch = watch();
      watch.load();
      published.clear();
      said.clear();
      whole = SECURED;
      Files.writeString(file, without);
      rest = now + 4_900;
      watch.poll();
      assertThat(published).as(without).isEmpty();
      assertThat(said).singleElement().asString().contains("drops").contains("for 5s");

      rest = Long.MAX_VALUE;
      Files.writeString(file, without);
      watch.poll();
      assertThat(published).as(without).hasSize(1);
      assertThat(said.get(said.size() - 1)).startsWith("WARN ").contains("it drops");
      assertThat(watch.status().pending()).isEmpty();
    }
  }

  /** Back and forth within the wait: nothing of it counts, and each time it is told. */
  @Test
  void whoComesBackWithinTheWaitStartsItAgain() throws Exception {
    SettingsWatch watch = watch();
    watch.load();
    for (int time = 0; time < 3; time++) {
      said.clear();
      Files.writeString(file, "service: {name: a}\n");
      rest = now + 4_900;
      watch.poll();
      assertThat(said).singleElement().asString().contains("drops the identity and STRICT");
      watch.poll();
      assertThat(watch.status().pending()).isEmpty();
      assertThat(watch.status().lastError()).isEmpty();
    }
    assertThat(published).isEmpty();

    // Another document that drops as much does not go on where the first one stopped.
    Files.writeString(file, "service: {name: a}\n");
    whole = "service: {name: b}\n";
    rest = now + 4_900;
    watch.poll();
    assertThat(published).isEmpty();
    long before = now;
    watch.poll();
    assertThat(now - before).isEqualTo(5_000);
    assertThat(published).hasSize(1);
    assertThat(published.get(0).settings().service().name()).isEqualTo("b");
  }

  @Test
  void whatWaitsIsInTheStatus() throws Exception {
    SettingsWatch watch = watch();
    watch.load();
    Files.writeString(file, "{}");
    List<Optional<String>> seen = new ArrayList<>();
    whileItWaits = () -> seen.add(watch.status().pending());
    watch.poll();

    assertThat(seen.get(0)).get().asString().contains("the identity and STRICT and all auth");
    assertThat(published).hasSize(1);
  }

  private Runnable whileItWaits = () -> {};

  @Test
  void anEmptyOrCommentOnlyDocumentReplacesNothingHoweverLongItStands() throws Exception {
    for (String nothing : List.of("", " \n\n", "# inbound: {mtls: STRICT}\n", "---\n", "\uFEFF")) {
      Files.writeString(file, SECURED);
      SettingsWatch watch = watch();
      watch.load();
      said.clear();
      Files.writeString(file, nothing);
      for (int look = 0; look < 20; look++) {
        watch.poll();
        time(1_000);
      }
      assertThat(published).as(nothing).isEmpty();
      assertThat(said)
          .as(nothing)
          .singleElement()
          .asString()
          .contains("is empty, or holds comments only", "stays in force");
      Files.writeString(file, SECURED);
      watch.poll();
      assertThat(watch.status().lastError()).isEmpty();
    }
  }

  @Test
  void aRuleThatIsAddedCountsSoon() throws Exception {
    SettingsWatch watch = watch();
    watch.load();
    Files.writeString(file, SECURED.replace("/secret/*]", "/secret/*, /more/*]"));
    watch.poll();

    assertThat(published).hasSize(1);
    assertThat(now).isLessThanOrEqualTo(1_000);
    assertThat(published.get(0).settings().inbound().mtls()).isEqualTo(MtlsMode.STRICT);
  }

  private void time(long millis) {
    now += millis;
    if (now >= rest) {
      rest = Long.MAX_VALUE;
      try {
        Files.writeString(file, whole);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private SettingsWatch watch() {
    return new SettingsWatch(
        new FileSource(file.toFile(), "inboard.yaml"),
        reader,
        Optional.empty(),
        published::add,
        new Said(said),
        millis -> {
          whileItWaits.run();
          time(millis);
        });
  }
}
