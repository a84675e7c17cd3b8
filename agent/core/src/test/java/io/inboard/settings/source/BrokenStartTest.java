// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded.Origin;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Settings that are broken, missing or too large when the JVM starts. */
class BrokenStartTest {
  private static final String IDENTITY =
      "identity: {certificateChain: /c, privateKey: /k, trustBundle: /t}\n";
  private static final String SECURED =
      IDENTITY
          + "inbound:\n  mtls: STRICT\n  authorization:\n    - {action: DENY, to: {paths: [/x]}}\n";

  @TempDir private Path directory;

  private final List<String> said = new ArrayList<>();
  private final List<Loaded> published = new ArrayList<>();
  private Path file;

  @Test
  void whatIsValidOfIdentityAndInboundIsAppliedWhateverElseIsBroken() throws Exception {
    for (String broken :
        List.of("servce: {name: a}\n", "destinations: [{host: a, retries: {attempts: x}}]\n")) {
      Loaded loaded = start(broken + SECURED);

      assertThat(loaded.origin()).as(broken).isEqualTo(Origin.SECTIONS);
      assertThat(((IdentitySettings.InFiles) loaded.settings().identity()).privateKey())
          .isEqualTo("/k");
      assertThat(loaded.settings().inbound().mtls()).isEqualTo(MtlsMode.STRICT);
      assertThat(loaded.settings().inbound().authorization()).hasSize(1);
      assertThat(said).singleElement().asString().contains("identity and inbound");
    }
  }

  @Test
  void whereTheseTwoAreBrokenAndAskForSecurityPortsRefuse() throws Exception {
    for (String broken :
        List.of(
            SECURED.replace("privateKey", "privatKey"),
            SECURED.replace("authorization", "authorizations"),
            SECURED.replace("STRICT", "strict"),
            SECURED.replace("STRICT", "STRCT"),
            SECURED.replace("inbound:", "inbund:"),
            SECURED.replace("DENY", "DENI"),
            SECURED + "\tx: 1\n",
            "inbound: {mtls: STRICT\n",
            "{\"inbound\": {\"mtls\": \"STRICT\", \"a #\": }",
            "inbound: {mtls: STRICT}\ninbound: {mtls: PERMISSIVE}\n",
            IDENTITY + "inbound: {authorization: [{action: ALLOW, from: {}}]}\n")) {
      Loaded loaded = start(broken);

      assertThat(loaded.origin()).as(broken).isEqualTo(Origin.REFUSING);
      InboundSettings inbound = loaded.settings().inbound();
      assertThat(inbound.mtls()).isEqualTo(MtlsMode.STRICT);
      assertThat(inbound.portLevelMtls()).isEmpty();
      assertThat(inbound.authorization())
          .singleElement()
          .satisfies(
              rule -> {
                assertThat(rule.action()).isEqualTo(InboundSettings.Action.DENY);
                assertThat(rule.paths()).isEmpty();
                assertThat(rule.principals()).isEmpty();
              });
      assertThat(said).singleElement().asString().contains("refuse everything");
    }
  }

  @Test
  void whatAsksForNothingStartsWithDefaultsAndSaysWhatIsNotInForce() throws Exception {
    for (String broken :
        List.of("servce: {name: a}\n", "service:\n\tname: a\n", "# STRICT authorization\nx: 1\n")) {
      Loaded loaded = start(broken);
      assertThat(loaded.origin()).as(broken).isEqualTo(Origin.DEFAULTS);
      assertThat(loaded.settings().guardsIdentity()).as(broken).isTrue();
      assertThat(said)
          .singleElement()
          .asString()
          .contains("the defaults are in force", "neither mutual TLS nor authorization");
    }
  }

  @Test
  void anIdentityThatARequestClaimsIsRemovedUntilTheSourceCouldBeReadOnce() throws Exception {
    file = directory.resolve("inboard.yaml");
    for (SettingsSource away :
        List.of(
            new FileSource(file.toFile(), "inboard.yaml"),
            new FileSource(directory.toFile(), "a directory"),
            SettingsSource.of("http://127.0.0.1:1/x", directory.toFile()))) {
      Loaded loaded = load(away);
      assertThat(loaded.origin()).as(away.name()).isEqualTo(Origin.DEFAULTS);
      assertThat(loaded.settings().guardsIdentity()).as(away.name()).isTrue();
    }
    assertThat(load(new SettingsSource.None()).settings().guardsIdentity()).isFalse();

    // Once it is known that the settings speak of neither, somebody else's gateway may set it.
    load();
    Files.writeString(file, "service: {name: a}\n");
    watch.poll();
    assertThat(published).hasSize(1);
    assertThat(published.get(0).settings().guardsIdentity()).isFalse();
  }

  /** An unknown key takes nothing else of its section away. */
  @Test
  void anIdentityThatIsValidIsNotThrownAwayForAKeyBesideIt() throws Exception {
    for (String broken :
        List.of(
            IDENTITY + "inbound: {mtls: PERMISSIVE, foo: 1}\n",
            IDENTITY.replace("}", ", trustDomian: a}") + "inbound: {mtls: PERMISSIVE}\n",
            "service: {name: a, name: b}\n" + IDENTITY)) {
      Loaded loaded = start(broken);

      assertThat(loaded.origin()).as(broken).isEqualTo(Origin.SECTIONS);
      assertThat(((IdentitySettings.InFiles) loaded.settings().identity()).privateKey())
          .isEqualTo("/k");
      assertThat(loaded.settings().inbound().mtls()).isEqualTo(MtlsMode.PERMISSIVE);
      assertThat(loaded.settings().guardsIdentity()).isTrue();
    }
  }

  @Test
  void anIdentityThatIsBrokenLeavesTheHeaderRemoved() throws Exception {
    for (String broken :
        List.of(
            "identity: {certificateChian: /c}\n",
            "identity: {certificateChian: /c}\ninbound: {mtls: PERMISSIVE}\n",
            IDENTITY + "telemetry: [\n")) {
      Loaded loaded = start(broken);

      assertThat(loaded.settings().identity().present()).as(broken).isFalse();
      assertThat(loaded.settings().inbound().mtls()).isEqualTo(MtlsMode.DISABLE);
      assertThat(loaded.settings().guardsIdentity()).isTrue();
    }
  }

  /** The word is in a variable, in an escape, or in what no reader can take for text. */
  @Test
  void whatCannotBeParsedAndSpeaksOfWhoMayComeInRefuses() throws Exception {
    for (String broken :
        List.of(
            "inbound:\n  mtls: ${MODEX}\nx: [\n",
            "inbound: {mtls: ${MODEX}}\n",
            "\"inb\\u006fund\": {\"mtl\\x73\": \"x\"\n",
            "{\"inb\\u006fund\": {\"m\\u0074ls\": \"STR\\u0049CT\"}",
            "in\u0000bound: {mt\u0000ls: STR\u0000ICT}\n",
            "a: STR\u0000ICT\n",
            "a: \"STR\\\n  ICT\"\n\tx\n",
            "# a comment\rinbound: [\n",
            IDENTITY + "inbound: {athorization: [{action: DENY, to: {paths: [/x]}}]}\n",
            IDENTITY + "inbound: {portLevelMtls: {1: STRICT}, mtsl: ${MODEX}}\n",
            IDENTITY + "x: \"STR\\u0049CT\"\n",
            IDENTITY + "x: ${MODEX}\n")) {
      Loaded loaded = start(broken);
      assertThat(loaded.origin()).as(broken).isEqualTo(Origin.REFUSING);
    }
    for (Charset charset : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
      file = directory.resolve("inboard.yaml");
      Files.write(file, SECURED.getBytes(charset));
      assertThat(load().origin()).as(charset.name()).isEqualTo(Origin.REFUSING);
    }
  }

  @Test
  void aCopyThatIsDamagedOpensNoPort() throws Exception {
    start(SECURED);
    watch.poll();
    Files.delete(file);
    Path kept;
    try (var files = Files.list(directory.resolve("kept"))) {
      kept = files.findFirst().orElseThrow();
    }
    Files.writeString(kept, SECURED.substring(0, SECURED.length() - 8));
    assertThat(load().origin()).isEqualTo(Origin.REFUSING);
    assertThat(said).anyMatch(line -> line.contains("is not used"));

    Files.writeString(kept, "");
    assertThat(load().origin()).as("empty").isEqualTo(Origin.REFUSING);

    Files.move(kept, directory.resolve("elsewhere"));
    Files.createSymbolicLink(kept, directory.resolve("elsewhere"));
    assertThat(load().origin()).as("a link").isEqualTo(Origin.REFUSING);

    Files.delete(kept);
    assertThat(load().origin()).as("none").isEqualTo(Origin.DEFAULTS);
  }

  /** To open it would wait for a writer, before main. */
  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatIsNoRegularFileIsAnErrorAndIsNotOpened() throws Exception {
    file = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    assertThat(load().origin()).isEqualTo(Origin.DEFAULTS);
    assertThat(said).singleElement().asString().contains("name a regular file");
    watch.poll();
    assertThat(load(new FileSource(new File("/dev/zero"), "zero")).origin())
        .isEqualTo(Origin.DEFAULTS);
  }

  /** Named without a network, as a path: an address with a slip in it. */
  @Test
  void anAddressWithASlipInItIsNamedWithoutItsSecrets() {
    for (String slip :
        List.of(
            "https:/user:sEcret1@127.0.0.1:1/x.yaml?token=sEcret2",
            "http:user:sEcret1@h/x?token=sEcret2",
            "http:user:s/Ecret1@h/x",
            "//user:sEcret1@h/x?token=sEcret2",
            "htp://user:sEcret1@h/x?token=sEcret2",
            "file:////user:sEcret1@h/ x?token=sEcret2")) {
      assertThat(SettingsSource.of(slip, directory.toFile()).name())
          .doesNotContain("cret1", "sEcret2");
    }
    assertThat(SettingsSource.of("/etc/a?b@c#d.yaml", directory.toFile()).name())
        .isEqualTo("/etc/a?b@c#d.yaml");
  }

  @Test
  void theLastGoodVersionOfAFileIsUsedWhenItIsBrokenEmptyOrGone() throws Exception {
    start(SECURED);
    watch.poll();
    Path kept;
    try (var files = Files.list(directory.resolve("kept"))) {
      kept = files.findFirst().orElseThrow();
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
        .isEqualTo("rw-------");

    for (String broken : List.of("servce: {}\n" + IDENTITY, "", "# nothing\n", "inbound: [")) {
      Loaded loaded = start(broken);
      assertThat(loaded.origin()).as(broken).isEqualTo(Origin.DISK_COPY);
      assertThat(loaded.settings().inbound().mtls()).isEqualTo(MtlsMode.STRICT);
      assertThat(said).singleElement().asString().contains("kept on disk");
    }
    Files.delete(file);
    assertThat(load().origin()).isEqualTo(Origin.DISK_COPY);
  }

  @Test
  void aFileThatDoesNotFitIntoMemoryIsUnreadableAndIsReadOnceItDoes() throws Exception {
    file = Files.writeString(directory.resolve("inboard.yaml"), SECURED);
    int[] errors = {3};
    SettingsReader small =
        new SettingsReader(Map.of("MODEX", "STRICT"), "") {
          @Override
          public Settings read(String text, String name) throws SettingsException {
            if (errors[0]-- > 0) {
              throw new OutOfMemoryError("Java heap space");
            }
            return super.read(text, name);
          }

          @Override
          public Optional<Settings> securityOf(String text, String name) {
            throw new OutOfMemoryError("Java heap space");
          }
        };
    Loaded loaded = load(small);

    assertThat(loaded.origin()).isEqualTo(Origin.REFUSING);
    assertThat(said).singleElement().asString().contains("is too large for the heap of this JVM");
    watch.poll();
    assertThat(watch.status().lastError()).isPresent();
    watch.poll();
    assertThat(published).as("a moment with memory").isEmpty();
    watch.poll();
    assertThat(published).hasSize(1);
    assertThat(watch.status().lastError()).isEmpty();
  }

  @Test
  void checkSaysInALineThatTheHeapIsTooSmall() {
    SettingsReader small =
        new SettingsReader(Map.of("MODEX", "STRICT"), "") {
          @Override
          public Settings read(String text, String name) {
            throw new OutOfMemoryError("Java heap space");
          }
        };
    assertThat(
            org.junit.jupiter.api.Assertions.assertThrows(
                SettingsException.class,
                () -> SettingsSource.read(new SettingsSource.None(), small, "")))
        .hasMessageContaining("is too large for the heap of this JVM")
        .hasMessageContaining("-Xmx");
  }

  private SettingsWatch watch;

  private Loaded start(String text) throws IOException {
    file = Files.writeString(directory.resolve("inboard.yaml"), text);
    return load();
  }

  private Loaded load() {
    return load(new SettingsReader(Map.of("MODEX", "STRICT"), ""));
  }

  private Loaded load(SettingsReader reader) {
    return load(new FileSource(file.toFile(), "inboard.yaml"), reader);
  }

  private Loaded load(SettingsSource source) {
    return load(source, new SettingsReader(Map.of("MODEX", "STRICT"), ""));
  }

  private Loaded load(SettingsSource source, SettingsReader reader) {
    said.clear();
    watch =
        new SettingsWatch(
            source,
            reader,
            Optional.of(DiskCopy.in(directory.resolve("kept"), "file")),
            published::add,
            new Said(said),
            millis -> assertThat(Duration.ofMillis(millis)).isPositive());
    return watch.load();
  }
}
