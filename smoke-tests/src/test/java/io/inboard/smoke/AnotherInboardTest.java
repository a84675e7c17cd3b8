// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Tree;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An {@code inboard.jar} of another version lies on the application's class path, before the
 * agent's own: somebody has packed it as a dependency.
 */
class AnotherInboardTest {
  @TempDir Path directory;

  @Test
  void theAgentComesFromTheJarThatTheCommandLineNames() throws Exception {
    Path other = directory.resolve("inboard-0.0.1.jar");
    withoutAnAgent(other);
    try (Service bare =
        Service.bare("bare", Jdks.own()).before(other).agent(Yaml.service("bare")).start()) {
      assertThat(Http.body(bare.url("/"))).isEqualTo("bare");
      assertThat(bare.program().err().lines())
          .anyMatch(
              line ->
                  line.startsWith("[inboard] WARN " + other)
                      && line.contains("is not used")
                      && line.endsWith(Tree.agent().toString()));
      assertThat(bare.status().has("version")).isTrue();
    }
  }

  /** The same entry, and nothing behind it. */
  private static void withoutAnAgent(Path jar) throws IOException {
    try (JarFile own = new JarFile(Tree.agent().toFile());
        OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (JarEntry entry : Collections.list(own.entries())) {
        if (entry.getName().startsWith("io/inboard/boot/")) {
          out.putNextEntry(new JarEntry(entry.getName()));
          try (InputStream in = own.getInputStream(entry)) {
            in.transferTo(out);
          }
          out.closeEntry();
        }
      }
    }
  }
}
