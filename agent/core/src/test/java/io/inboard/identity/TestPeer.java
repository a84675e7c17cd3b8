// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.settings.IdentitySettings;
import io.inboard.settings.InboundSettings;
import io.inboard.settings.InboundSettings.MtlsMode;
import io.inboard.settings.ServerSettings;
import java.io.File;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** One JVM's identity in a test: its directory of PEM files, and what is made of them. */
final class TestPeer {
  static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";
  static final String PAYMENTS = "spiffe://cluster.local/ns/shop/sa/payments";

  final File directory;
  final Identity identity;

  TestPeer(File directory, Clock clock) {
    this.directory = directory;
    this.identity = new Identity(status -> {}, clock, 10);
  }

  /** With the files of an issuance, taken at once. */
  static TestPeer of(File directory, DevelopmentCa.Issued issued) throws IOException {
    TestPeer peer = new TestPeer(directory, Clock.systemUTC());
    issued.save(directory);
    peer.identity.settings(files(directory));
    return peer;
  }

  static IdentitySettings.InFiles files(File directory) {
    return new IdentitySettings.InFiles(
        new File(directory, DevelopmentCa.CHAIN_FILE).getPath(),
        new File(directory, DevelopmentCa.KEY_FILE).getPath(),
        new File(directory, DevelopmentCa.BUNDLE_FILE).getPath(),
        "");
  }

  /** New files, seen by two looks as the watcher has them. */
  void rotate(DevelopmentCa.Issued issued) throws IOException {
    issued.save(directory);
    identity.look();
    identity.look();
  }

  MeshInboundTls inbound(MtlsMode mode) {
    return (MeshInboundTls)
        identity.inboundTls(
            () -> new InboundSettings(mode, Map.of(), List.of(), ServerSettings.DEFAULT));
  }
}
