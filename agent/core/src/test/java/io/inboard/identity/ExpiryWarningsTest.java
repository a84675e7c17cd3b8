// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.IdentitySettings;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpiryWarningsTest {
  private static final Instant BEGIN = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  @TempDir File directory;

  private final DevelopmentCa ca = DevelopmentCa.create();
  private final List<String> warned = new ArrayList<>();
  private Instant now = BEGIN;
  private final Identity identity =
      new Identity(status -> {}, new MovedClock(() -> now), 10, warned::add);

  @Test
  void halfTheLifeThenDailyThenHourly() throws Exception {
    issue(Duration.ofDays(10));
    assertThat(warnedUntil(Duration.ofDays(5).minusMinutes(1))).isEmpty();
    assertThat(warnedUntil(Duration.ofDays(5).plusMinutes(1)))
        .singleElement()
        .asString()
        .startsWith("identity: our certificate, " + WEB + ", expires in 5 d 0 h (at ");
    assertThat(warnedUntil(Duration.ofDays(6).minusMinutes(2))).isEmpty();
    assertThat(warnedUntil(Duration.ofDays(9).minusMinutes(2))).hasSize(3);
    assertThat(warnedUntil(Duration.ofDays(9).plusMinutes(1))).hasSize(1);
    assertThat(warnedUntil(Duration.ofDays(9).plusMinutes(50))).isEmpty();
    assertThat(warnedUntil(Duration.ofDays(10).minusMinutes(1))).hasSize(23);
    assertThat(warnedUntil(Duration.ofDays(11))).as("said otherwise, once").isEmpty();
  }

  @Test
  void aCertificateThatIsRenewedAtHalfItsLifeIsNotWarnedOf() throws Exception {
    issue(Duration.ofHours(24));
    assertThat(warnedUntil(Duration.ofHours(12).minusMinutes(2))).isEmpty();
    ca.issue(WEB, BEGIN, BEGIN.plus(Duration.ofDays(3))).save(directory);
    assertThat(warnedUntil(Duration.ofHours(35))).isEmpty();
    assertThat(identity.status().generation()).isEqualTo(2);
    assertThat(warnedUntil(Duration.ofHours(36).plusMinutes(2))).hasSize(1);
  }

  @Test
  void checkWarnsOfLessThanADay() throws Exception {
    issue(Duration.ofHours(30));
    IdentitySettings.InFiles files = TestPeer.files(directory);
    assertThat(IdentityCheck.warnings(files, new MovedClock(() -> now))).isEmpty();
    now = BEGIN.plus(Duration.ofHours(7));
    assertThat(IdentityCheck.warnings(files, new MovedClock(() -> now)))
        .extracting(IdentityCheck.Finding::text)
        .singleElement()
        .asString()
        .contains(DevelopmentCa.CHAIN_FILE + " expires in 23 h 0 min (at ");
    assertThat(IdentityCheck.warnings(IdentitySettings.NONE)).isEmpty();
  }

  private void issue(Duration life) throws Exception {
    ca.issue(WEB, BEGIN, BEGIN.plus(life)).save(directory);
    identity.settings(TestPeer.files(directory));
  }

  /** Looks at the files every minute until then, and takes what was said meanwhile. */
  private List<String> warnedUntil(Duration age) {
    Instant end = BEGIN.plus(age);
    while (now.isBefore(end)) {
      now = now.plusSeconds(60);
      identity.look();
    }
    List<String> lines = List.copyOf(warned);
    warned.clear();
    return lines;
  }
}
