// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Random;

/** Upload, sendfile and streaming of a Boot service, byte for byte. */
public final class LargeBodies {
  private LargeBodies() {}

  public static void areWhole(Curl.Way way) throws Exception {
    Path work = Tree.work("bodies");

    byte[] sent = new byte[400_000];
    new Random(2).nextBytes(sent);
    Path file = Files.write(work.resolve("sent.bin"), sent);
    Program.Ended upload = way.run("/upload", "-F", "file=@" + file);
    assertThat(upload.out()).as(upload.toString()).isEqualTo("400000 " + sha256(sent));

    Path got = work.resolve("got.bin");
    Program.Ended download = way.run("/sendfile", "-o", got.toString(), "-D", "-");
    assertThat(download.exit()).as(download.toString()).isZero();
    assertThat(Files.readAllBytes(got)).hasSize(300_000);
    assertThat(download.out()).containsIgnoringCase("x-sha256: " + sha256(Files.readAllBytes(got)));

    Program.Ended stream = way.run("/stream?lines=5&millis=20", "-N");
    assertThat(stream.out().lines())
        .as(stream.toString())
        .containsExactly("line 0", "line 1", "line 2", "line 3", "line 4");
  }

  private static String sha256(byte[] bytes) throws Exception {
    return String.format(
        "%064x", new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(bytes)));
  }
}
