// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import io.inboard.identity.DevelopmentCa;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** A CA of one test, and folders of PEM files that it issued. */
public final class Pki {
  private final DevelopmentCa ca = DevelopmentCa.create();
  private final Path directory;

  public Pki(Path directory) {
    this.directory = directory;
  }

  /** The SPIFFE id without its scheme, as settings have it. */
  public static String principal(String account) {
    return "cluster.local/ns/shop/sa/" + account;
  }

  public static String spiffe(String account) {
    return "spiffe://" + principal(account);
  }

  /** A folder with that account's certificate, key and trust bundle. */
  public Path issue(String account) {
    return save(account, ca.issue(spiffe(account)));
  }

  /** One that has expired an hour ago. */
  public Path expired(String account) {
    Instant now = Instant.now();
    return save(
        account + "-expired",
        ca.issue(spiffe(account), now.minus(Duration.ofDays(2)), now.minus(Duration.ofHours(1))));
  }

  private Path save(String name, DevelopmentCa.Issued issued) {
    Path folder = directory.resolve(name);
    try {
      issued.save(folder.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }
}
