// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.File;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import javax.net.ssl.SSLSessionContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HandshakeRehearsalTest {
  @TempDir File directory;

  private Instant now = Instant.now();
  private final Clock clock = new MovedClock(() -> now);

  @Test
  void aJvmTrustsItselfAndNoSessionOfItIsLeft() throws Exception {
    try (Identity identity = identity()) {
      assertThat(identity.rehearse()).isTrue();
      SSLSessionContext sessions = identity.usable().serverContext().getServerSessionContext();
      assertThat(Collections.list(sessions.getIds())).isEmpty();
    }
  }

  @Test
  void withoutAnIdentityThereIsNothingToRehearse() {
    try (Identity none = new Identity(clock)) {
      assertThat(none.rehearse()).isFalse();
    }
  }

  @Test
  void withAnExpiredIdentityThereIsNothingToRehearse() throws Exception {
    try (Identity identity = identity()) {
      now = now.plus(Duration.ofDays(400));
      assertThat(identity.rehearse()).isFalse();
    }
  }

  @Test
  void aHandshakeThatDoesNotFitIsGivenUp() throws Exception {
    try (Identity identity = identity()) {
      KeyMaterial material = identity.current().orElseThrow();
      boolean done =
          assertTimeoutPreemptively(
              Duration.ofSeconds(20), () -> HandshakeRehearsal.with(material, clock, 1_024));
      assertThat(done).isFalse();
    }
  }

  private Identity identity() throws Exception {
    DevelopmentCa.create().issue(WEB).save(directory);
    Identity identity = new Identity(clock);
    identity.settings(TestPeer.files(directory));
    return identity;
  }
}
