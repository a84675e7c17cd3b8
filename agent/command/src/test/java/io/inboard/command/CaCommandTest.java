// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.identity.IdentityCheck;
import io.inboard.settings.IdentitySettings;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CaCommandTest {
  @TempDir File directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int ca(String... arguments) {
    return new CommandLine(new CaCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private static IdentitySettings.InFiles files(File directory) {
    return new IdentitySettings.InFiles(
        new File(directory, "cert-chain.pem").getPath(),
        new File(directory, "key.pem").getPath(),
        new File(directory, "root-cert.pem").getPath(),
        "");
  }

  @Test
  void whatIsIssuedIsAnIdentityAsTheSettingsTakeIt() {
    File authority = new File(directory, "ca");
    File web = new File(directory, "web");
    assertThat(ca("init", authority.getPath())).isZero();

    assertThat(
            ca(
                "issue",
                authority.getPath(),
                "--id",
                "spiffe://cluster.local/ns/shop/sa/web",
                "--out",
                web.getPath()))
        .isZero();

    assertThat(IdentityCheck.problems(files(web))).isEmpty();
    assertThat(out.toString()).contains(new File(web, "key.pem").getPath()).contains("valid until");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void withoutOutTheFilesLieBesideTheAuthority() {
    String authority = directory.getPath();
    assertThat(ca("init", authority)).isZero();
    assertThat(ca("issue", authority, "--id", "spiffe://a/b", "--days", "1")).isZero();
    assertThat(ca("issue", authority, "--id", "spiffe://a/c")).isZero();
    assertThat(IdentityCheck.problems(files(directory))).isEmpty();
  }

  @Test
  void mistakesAreToldInOneLine() {
    String authority = directory.getPath();
    assertThat(ca("issue", authority, "--id", "spiffe://a/b")).isEqualTo(1);
    assertThat(err.toString()).contains("root-cert.pem").contains("ca init");
    ca("init", authority);
    assertThat(ca("init", authority)).as("an authority is not overwritten").isEqualTo(1);
    assertThat(ca("issue", authority, "--id", "http://a/b")).isEqualTo(1);
    assertThat(ca("issue", authority, "--id", "spiffe://a")).isEqualTo(1);
    assertThat(ca("issue", authority, "--id", "spiffe://a/b", "--days", "0")).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(5);
    assertThat(ca("issue", authority)).as("usage").isEqualTo(2);
  }
}
