// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.mesh.FoundEndpoints;
import io.inboard.mesh.Mesh;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsReader;
import io.inboard.settings.source.Loaded;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MeshWhenNeededTest {
  private static final String NO_EXPORT =
      "telemetry: {traces: {exporter: none}, metrics: {exporter: none}}\n";
  private static final Inboard.Core CLOSED =
      new Inboard.Core(Outbound.PASS, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE);

  private final MeshWhenNeeded mesh = new MeshWhenNeeded(new FoundEndpoints());

  @BeforeEach
  @AfterEach
  void theDoorIsClosed() {
    Inboard.serve(CLOSED);
  }

  @Test
  void switchedOffFromTheStartThereIsNoMesh() throws Exception {
    mesh.accept(loaded("enabled: false"));
    mesh.start();

    assertThat(Inboard.outbound()).isSameAs(Outbound.PASS);
    assertThat(Inboard.inbound()).isSameAs(Inbound.PASS);
  }

  @Test
  void switchedOnLaterItServes() throws Exception {
    mesh.accept(loaded("enabled: false"));
    mesh.start();
    mesh.accept(loaded("destinations: [{host: payments, endpoints: [\"127.0.0.1:1\"]}]"));

    assertThat(Inboard.outbound()).isSameAs(mesh.made().outbound());
    assertThat(mesh.made().outbound().status().enabled()).isTrue();
    assertThat(mesh.made().outbound().status().destinations()).hasSize(1);
  }

  @Test
  void onceThereItStaysAndFollowsTheSettings() throws Exception {
    mesh.accept(loaded("enabled: true"));
    Mesh first = mesh.made();
    mesh.accept(loaded("enabled: false"));

    assertThat(mesh.made()).isSameAs(first);
    assertThat(first.outbound().status().enabled()).isFalse();
    assertThat(Inboard.outbound()).isSameAs(first.outbound());
  }

  @Test
  void strictPortsStayStrictThoughSwitchedOff() throws Exception {
    String identity =
        "identity: {certificateChain: /none, privateKey: /none, trustBundle: /none}\n";
    mesh.accept(loaded(identity + "enabled: false\ninbound: {portLevelMtls: {8443: STRICT}}"));

    assertThat(Inboard.inboundTls().mode(8443)).isEqualTo(InboundTls.Mode.STRICT);
  }

  @Test
  void switchedOffIdentitiesThatOthersClaimAreRemovedWhereTheSettingsSpeakOfThem()
      throws Exception {
    for (String section :
        new String[] {
          "inbound: {mtls: DISABLE}",
          "inbound: {}",
          "identity: {certificateChain: /none, privateKey: /none, trustBundle: /none}\n"
              + "inbound: {mtls: DISABLE}"
        }) {
      mesh.accept(loaded("enabled: false"));
      assertThat(Inboard.inbound().guardsIdentity()).isFalse();
      mesh.accept(loaded("enabled: false\n" + section));
      assertThat(Inboard.inbound().guardsIdentity()).as(section).isTrue();
      assertThat(Inboard.inbound().disabled()).isTrue();
    }
    mesh.accept(loaded("enabled: true\ninbound: {}"));
    assertThat(Inboard.inbound()).isSameAs(mesh.made().inbound());
    assertThat(Inboard.inbound().guardsIdentity()).isTrue();
    mesh.accept(loaded("enabled: false\ninbound: {}"));
    assertThat(Inboard.inbound().disabled()).isTrue();
    assertThat(Inboard.inbound().guardsIdentity()).isTrue();
    mesh.accept(loaded("enabled: true"));
    assertThat(Inboard.inbound().guardsIdentity()).isFalse();
  }

  @Test
  void whoAsksForTheStatusFindsAMesh() throws Exception {
    mesh.accept(loaded("enabled: false"));

    assertThat(mesh.made().settings().enabled()).isFalse();
  }

  private static Loaded loaded(String text) throws Exception {
    Settings settings = new SettingsReader(Map.of(), "").read(NO_EXPORT + text, "test");
    return new Loaded(settings, "test", "1", Loaded.Origin.SOURCE, Instant.EPOCH);
  }
}
