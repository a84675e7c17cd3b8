// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PositionTest {
  private static final Position DESTINATIONS = Position.ROOT.child("destinations");

  @Test
  void isWrittenAsAPersonLooksForIt() {
    assertThat(Position.ROOT).hasToString("");
    assertThat(DESTINATIONS).hasToString("destinations");
    assertThat(DESTINATIONS.item(3).child("retries").child("attempts"))
        .hasToString("destinations[3].retries.attempts");
    assertThat(Position.ROOT.item(0).child("address")).hasToString("[0].address");
  }

  @Test
  void aLongKeyIsCut() {
    assertThat(DESTINATIONS.child("k".repeat(61)))
        .hasToString("destinations." + "k".repeat(60) + "...");
  }

  @Test
  void aKeyWithoutALetterIsAKey() {
    assertThat(DESTINATIONS.child("")).hasToString("destinations.");
  }
}
