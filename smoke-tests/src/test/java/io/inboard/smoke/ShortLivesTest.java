// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Jdk;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Tree;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A JVM that ends while the agent still starts: it ends as it would without, and at once. From Java
 * 26 on, the JVM's end waits up to 60 s for a call into an agent that is under way.
 */
class ShortLivesTest {
  private static final int TRIES = 4;

  /** Far below the 60 s, far above what a busy machine takes. */
  private static final Duration BOUND = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(ints = {17, 21, 25, 26, 27})
  void aJvmThatExitsAtOnceIsNotKept(int version) {
    for (int i = 0; i < TRIES; i++) {
      assertQuiet(Jdks.of(version), "exit", 3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 21, 25, 26, 27})
  void aJvmWhoseMainReturnsAtOnceIsNotKept(int version) {
    for (int i = 0; i < TRIES; i++) {
      assertQuiet(Jdks.of(version), "return", 0);
    }
  }

  private static void assertQuiet(Jdk jdk, String how, int code) {
    Program.Ended ended =
        Program.run(
            BOUND,
            List.of(
                jdk.tool("java").toString(),
                "-javaagent:" + Tree.agent(),
                "-cp",
                Tree.app("plain").toString(),
                "shop.plain.ShortLife",
                how));
    assertThat(ended.exit()).as(jdk + ": " + ended).isEqualTo(code);
    assertThat(ended.out()).isEmpty();
    // The start's own line, if the JVM lived long enough for it.
    assertThat(ended.err().lines())
        .as(jdk.toString())
        .allSatisfy(
            line -> assertThat(line).startsWith("[inboard] Inboard ").contains(": no settings"));
  }
}
