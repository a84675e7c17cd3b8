// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import static io.inboard.identity.TestPeer.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileAccessTest {
  @TempDir File directory;

  private Path key;

  @BeforeEach
  void issue() throws Exception {
    DevelopmentCa.create().issue(WEB).save(directory);
    key = new File(directory, DevelopmentCa.KEY_FILE).toPath();
  }

  private void permit(String permissions) throws Exception {
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(permissions));
  }

  private String warning() {
    return KeyFileAccess.warning(key.toString()).orElse("");
  }

  @Test
  void aKeyThatOthersCanReadOrChangeIsWarnedOf() throws Exception {
    for (String fine : new String[] {"rw-------", "r--------", "rwx--x--x"}) {
      permit(fine);
      assertThat(warning()).as(fine).isEmpty();
    }
    permit("rw-r--r--");
    assertThat(warning())
        .startsWith(key.toString())
        .contains("can be read by every user")
        .contains("chmod 600");
    permit("rw-r-----");
    assertThat(warning()).contains("can be read by its group");
    permit("rw--w----");
    assertThat(warning()).contains("can be changed by its group");
    permit("rw-rw-rw-");
    assertThat(warning()).contains("can be read and changed by every user");
    permit("rw----r-x");
    assertThat(warning()).contains("can be read by every user");
    permit("rw-r---w-");
    assertThat(warning()).contains("can be read by its group and changed by every user");
    assertThat(KeyFileAccess.warning(new File(directory, "none").getPath())).isEmpty();
  }

  @Test
  void checkAndStatusTellItAndTheIdentityIsUsedAllTheSame() throws Exception {
    permit("rw-r--r--");
    assertThat(IdentityCheck.problems(TestPeer.files(directory))).isEmpty();
    assertThat(IdentityCheck.warnings(TestPeer.files(directory)))
        .contains(new IdentityCheck.Finding("identity.privateKey", warning()));

    List<IdentityStatus> told = new ArrayList<>();
    Identity identity = new Identity(told::add, Clock.systemUTC(), 10);
    identity.settings(TestPeer.files(directory));
    identity.lookAtAccess();
    identity.lookAtAccess();
    assertThat(identity.status().warning()).isEqualTo(Optional.of(warning()));
    assertThat(identity.status().id()).isPresent();
    assertThat(told).hasSize(2);
    permit("rw-------");
    identity.lookAtAccess();
    assertThat(identity.status().warning()).isEmpty();
  }
}
