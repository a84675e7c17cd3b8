// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Contexts;
import io.inboard.discovery.Discovery;
import io.inboard.discovery.EndpointFiles;
import io.inboard.settings.Settings;
import io.inboard.settings.reading.SettingsReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Endpoints that settings list by name: clients may go to their addresses by another one. */
final class GuardedNamesTest {
  private final World world = new World();
  private final FoundEndpoints found = new FoundEndpoints();
  private final MeshSockets sockets = new MeshSockets(List::of, found);
  private final MeshOutbound mesh =
      new MeshOutbound(
          TlsPlans.NONE,
          CallObserver.NONE,
          Contexts.NONE,
          new Discovery(
              world.names, new EndpointFiles(world.names, Runnable::run, world.time, world.time)),
          found,
          world.time,
          world.time,
          world.chance);

  private void settings(String mode) throws Exception {
    Settings settings =
        new SettingsReader(Map.of(), "")
            .read(
                """
                identity: {certificateChain: /c.pem, privateKey: /k.pem, trustBundle: /r.pem}
                destinations:
                  - host: payments
                    endpoints: ["10.0.0.1:8443", "pay-1.shop:8443"]
                    tls: {mode: MODE}
                    unknownClients: REFUSE
                """
                    .replace("MODE", mode),
                "test.yaml");
    sockets.apply(settings);
    mesh.apply(settings);
  }

  private boolean isGuarded(String address) throws Exception {
    InetSocketAddress remote = new InetSocketAddress(InetAddress.getByName(address), 8443);
    boolean guarded = sockets.connecting(remote, getClass()).isPresent();
    assertThat(mesh.mustEncrypt(address, 8443)).isEqualTo(guarded);
    return guarded;
  }

  @Test
  void onlyTheMeshMayConnectToWhatANameWasResolvedToForMutualTls() throws Exception {
    world.resolver = host -> new InetAddress[] {InetAddress.getByName("10.0.0.8")};
    settings("MUTUAL");
    assertThat(isGuarded("10.0.0.8")).as("not resolved yet").isFalse();
    mesh.start();
    assertThat(isGuarded("10.0.0.8")).isTrue();
    assertThat(isGuarded("10.0.0.1")).isTrue();
    assertThat(isGuarded("10.0.0.9")).isFalse();
    settings("DISABLE");
    assertThat(isGuarded("10.0.0.8")).isFalse();
  }
}
