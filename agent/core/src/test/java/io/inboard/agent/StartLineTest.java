// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.identity.IdentityStatus;
import io.inboard.identity.SpiffeId;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded.Origin;
import io.inboard.settings.source.SettingsStatus;
import io.inboard.weave.UnitReport;
import io.inboard.weave.UnitReport.LibraryReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StartLineTest {
  private static final String IDENTITY =
      "identity: {certificateChain: /c, privateKey: /k, trustBundle: /t}\n";
  private static final IdentityStatus WEB =
      new IdentityStatus(
          Optional.of(SpiffeId.parse("spiffe://a/ns/b/sa/web")),
          Optional.of(Instant.parse("2026-12-01T00:00:00Z")),
          1,
          Optional.empty(),
          Optional.empty());
  private static final List<UnitReport> HOOKS =
      List.of(unit("tomcat", true), unit("netty", false), unit("jdk-http-client", true));

  @Test
  void everythingThatIsInForceStandsInOneLine() throws Exception {
    assertThat(
            line(
                IDENTITY
                    + "inbound:\n"
                    + "  mtls: STRICT\n"
                    + "  portLevelMtls: {9001: DISABLE, 8081: PERMISSIVE}\n"
                    + "  authorization: [{action: DENY, to: {paths: [/x]}}]\n",
                Origin.SOURCE,
                WEB))
        .isEqualTo(
            "Inboard 1.0: settings a.yaml, version 7f-1; ports STRICT, 8081 PERMISSIVE, 9001"
                + " DISABLE, 1 authorization rule; identity spiffe://a/ns/b/sa/web until"
                + " 2026-12-01T00:00:00Z; hooked so far: tomcat, jdk-http-client");
  }

  @Test
  void whatIsNotThereIsSaid() throws Exception {
    assertThat(line("{}", Origin.DEFAULTS, IdentityStatus.NONE))
        .startsWith(
            "Inboard 1.0: no settings, the defaults; ports DISABLE, no authorization; no id");
    assertThat(line("enabled: false\n" + IDENTITY, Origin.SOURCE, IdentityStatus.NONE))
        .contains("version 7f-1, switched off (enabled: false); ports PERMISSIVE")
        .contains("; identity not usable yet; ");
  }

  private static String line(String text, Origin origin, IdentityStatus identity) throws Exception {
    return StartLine.of(
        "1.0",
        new SettingsStatus(
            "a.yaml",
            "7f-1",
            origin,
            Instant.EPOCH,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            0),
        new SettingsReader(Map.of(), "").read(text, "a.yaml"),
        identity,
        HOOKS);
  }

  private static UnitReport unit(String name, boolean applied) {
    return new UnitReport(
        name, 0, List.of(new LibraryReport(name + ".jar", applied, "", List.of())));
  }
}
