// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Inboard;
import io.inboard.identity.DevelopmentCa;
import io.inboard.mesh.Mesh;
import io.inboard.mesh.MeshOutbound;
import io.inboard.policy.PolicyStatus;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsException;
import io.inboard.settings.reading.SettingsReader;
import java.io.File;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A client library under the whole mesh, whose settings a test writes as a user does. */
public abstract class MeshHarness extends ClientHarness {
  protected static final DevelopmentCa CA = DevelopmentCa.create();
  protected static final TestIdentity ORDERS = TestIdentity.of(CA, SERVER_ID);

  @TempDir protected File directory;
  private Optional<Mesh> running = Optional.empty();

  @AfterEach
  final void stop() {
    running.ifPresent(mesh -> mesh.close(Duration.ZERO));
  }

  protected final Mesh mesh(String identity, String destinations) throws SettingsException {
    Mesh mesh = new Mesh(settings(identity + destinations));
    running = Optional.of(mesh);
    Inboard.serve(mesh.core());
    return mesh;
  }

  protected static Settings settings(String yaml) throws SettingsException {
    String quiet =
        """
        service: {name: web}
        telemetry: {traces: {exporter: none}, metrics: {exporter: none}}
        """;
    return new SettingsReader(Map.of(), "").read(quiet + yaml, "test.yaml");
  }

  protected final String identity() {
    return """
    identity:
      certificateChain: %1$s/cert-chain.pem
      privateKey: %1$s/key.pem
      trustBundle: %1$s/root-cert.pem
    """
        .formatted(directory);
  }

  protected static String principal(String account) {
    return "\"cluster.local/ns/shop/sa/" + account + "\"";
  }

  protected static PolicyStatus status(Mesh mesh) {
    return ((MeshOutbound) mesh.core().outbound()).status().destinations().get(0);
  }

  protected static String localhost(String more) {
    return "destinations:\n  - host: localhost\n" + (more.isEmpty() ? "" : "    " + more + "\n");
  }

  protected static String destination(String more, InetSocketAddress... endpoints) {
    String addresses =
        Arrays.stream(endpoints)
            .map(e -> "\"" + e.getAddress().getHostAddress() + ":" + e.getPort() + "\"")
            .collect(Collectors.joining(", "));
    return "destinations:\n  - host: "
        + HOST
        + "\n    endpoints: ["
        + addresses
        + "]\n"
        + (more.isEmpty() ? "" : "    " + more + "\n");
  }
}
