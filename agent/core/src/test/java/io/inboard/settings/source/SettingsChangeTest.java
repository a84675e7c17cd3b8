// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reload's line says what changed, and the kill switch what it puts out of force. */
class SettingsChangeTest {
  private static final String IDENTITY =
      "identity: {certificateChain: /c.pem, privateKey: /k.pem, trustBundle: /t.pem}\n";
  private static final String RULES =
      IDENTITY
          + """
      inbound:
        mtls: PERMISSIVE
        authorization:
          - {action: ALLOW, from: {principals: ["a/ns/b/sa/c"]}}
          - {action: DENY, to: {paths: ["/admin"]}}
      """;

  @TempDir private Path directory;

  private final List<String> infos = new CopyOnWriteArrayList<>();
  private final List<String> warnings = new CopyOnWriteArrayList<>();

  @Test
  void theKillSwitchSaysInPlainWordsWhatIsNoLongerInForce() throws Exception {
    reload(RULES, RULES + "enabled: false\n");
    assertThat(infos).isEmpty();
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains(
            "switched off (enabled: false)",
            "no authorization rule is in force (of 2)",
            "no port demands mutual TLS",
            "calls go out as the application makes them");
  }

  @Test
  void theKillSwitchSaysWhatStays() throws Exception {
    String strict = IDENTITY + "inbound: {mtls: STRICT}\n";
    reload(strict, strict + "enabled: false\n");
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("ports that are STRICT still demand mutual TLS")
        .doesNotContain("authorization");
  }

  @Test
  void switchingOnAgainIsNoWarning() throws Exception {
    reload(RULES + "enabled: false\n", RULES);
    assertThat(warnings).isEmpty();
    assertThat(infos).singleElement().asString().endsWith(": switched on");
  }

  @Test
  void portsAndAuthorizationAreNamed() throws Exception {
    String strict = IDENTITY + "inbound: {mtls: STRICT}";
    assertThat(change(IDENTITY, strict)).isEqualTo("ports STRICT (before: PERMISSIVE)");
    assertThat(change(strict, IDENTITY + "inbound: {mtls: STRICT, portLevelMtls: {81: DISABLE}}"))
        .isEqualTo("ports STRICT 81=DISABLE (before: STRICT)");
    assertThat(change(IDENTITY, RULES)).isEqualTo("authorization: 2 rules (before: 0)");
  }

  @Test
  void destinationsAreCountedThoseThatCameWentOrSayAnotherThing() throws Exception {
    assertThat(
            change(
                "destinations: [{host: a}, {host: b}, {host: c}]",
                "destinations: [{host: a}, {host: b, timeout: 7s}, {host: d}]"))
        .isEqualTo("3 destinations");
    assertThat(change("destinations: [{host: a}]", "destinations: [{host: a, timeout: 7s}]"))
        .isEqualTo("1 destination");
  }

  @Test
  void theIdentityIsNamed() throws Exception {
    assertThat(change(IDENTITY, IDENTITY.replace("/k.pem", "/l.pem")))
        .isEqualTo("another identity");
    assertThat(change("{}", IDENTITY + "inbound: {mtls: DISABLE}")).isEqualTo("an identity");
    assertThat(change(IDENTITY + "inbound: {mtls: DISABLE}", "{}"))
        .isEqualTo("no identity any more");
  }

  @Test
  void otherSectionsAreNamedAndACommentIsNoChange() throws Exception {
    assertThat(change("log: {level: info}", "log: {level: warn}\nresilience: {enabled: false}"))
        .isEqualTo("resilience, log");
    assertThat(change("log: {level: warn}", "# a word\nlog: {level: warn}"))
        .isEqualTo("nothing but its text changed");
  }

  private void reload(String before, String after) throws Exception {
    Path file = Files.writeString(directory.resolve("inboard.yaml"), before);
    SettingsWatch watch =
        new SettingsWatch(
            SettingsSource.of(file.toString(), directory.toFile()),
            new SettingsReader(Map.of(), ""),
            Optional.empty(),
            loaded -> {},
            new Voice(),
            millis -> {});
    watch.load();
    infos.clear();
    warnings.clear();
    Files.writeString(file, after);
    watch.poll();
  }

  private static String change(String before, String after) throws SettingsException {
    SettingsReader reader = new SettingsReader(Map.of(), "");
    return SettingsChange.of(reader.read(before, "before"), reader.read(after, "after"));
  }

  private final class Voice implements SettingsWatch.Voice {
    @Override
    public void info(String line) {
      infos.add(line);
    }

    @Override
    public void warn(String line) {
      warnings.add(line);
    }
  }
}
