// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.identity.KeyMaterialSource.Update;
import io.inboard.settings.IdentitySettings;
import java.io.File;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the PEM files tell, and when. */
final class PemFilesSourceTest {
  @TempDir File directory;

  private final DevelopmentCa ca = DevelopmentCa.create();
  private final List<Update> told = new ArrayList<>();

  private PemFilesSource source() {
    return new PemFilesSource(TestPeer.files(directory), Clock.systemUTC(), 10);
  }

  @Test
  void whatIsThereIsToldOnceAtTheStart() throws Exception {
    ca.issue(TestPeer.WEB).save(directory);
    PemFilesSource source = source();
    source.start(told::add);
    source.start(told::add);
    assertThat(told).hasSize(1).first().isInstanceOf(Update.Fresh.class);
  }

  @Test
  void anUnchangedSetIsTheSameAndAChangeCountsWhenItWasSeenTwice() throws Exception {
    ca.issue(TestPeer.WEB).save(directory);
    PemFilesSource source = source();
    source.start(told::add);
    told.clear();
    source.look(told::add);
    assertThat(told).containsExactly(new Update.Same());
    ca.issue(TestPeer.WEB).save(directory);
    source.look(told::add);
    assertThat(told).as("it may still be written").hasSize(1);
    source.look(told::add);
    assertThat(told).hasSize(2).last().isInstanceOf(Update.Fresh.class);
  }

  @Test
  void whatCouldNotBePutIntoForceIsToldAgain() throws Exception {
    ca.issue(TestPeer.WEB).save(directory);
    PemFilesSource source = source();
    assertThatThrownBy(
            () ->
                source.start(
                    update -> {
                      throw new IllegalStateException("no provider for it now");
                    }))
        .isInstanceOf(IllegalStateException.class);
    source.look(told::add);
    assertThat(told).singleElement().isInstanceOf(Update.Fresh.class);
  }

  @Test
  void filesThatCannotBeUsedAreAProblemThatNamesTheFile() {
    PemFilesSource source = source();
    source.start(told::add);
    assertThat(told)
        .singleElement()
        .isInstanceOfSatisfying(
            Update.Problem.class,
            problem -> assertThat(problem.text()).contains(DevelopmentCa.CHAIN_FILE));
  }

  @Test
  void anIdentityThatHasOtherSettingsDoesNotHearItsFormerSource() throws Exception {
    ca.issue(TestPeer.WEB).save(directory);
    try (Identity identity = new Identity(status -> {}, Clock.systemUTC(), 10)) {
      identity.settings(TestPeer.files(directory));
      KeyMaterialSource former = identity.source();
      Update fresh = new Update.Fresh(identity.current().orElseThrow());
      identity.settings(IdentitySettings.NONE);
      identity.told(former, fresh);
      assertThat(identity.current()).isEmpty();
    }
  }
}
