// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/**
 * Who else can use the file of our private key. A warning, not a refusal: in a container that has
 * one user, 0644 (the default of a Kubernetes secret) reveals nothing. Uses {@code java.nio.file}:
 * not for premain.
 */
final class KeyFileAccess {
  private KeyFileAccess() {}

  /** What to warn of, and what to do; empty if only its owner can use it, or nobody can tell. */
  static Optional<String> warning(String file) {
    try {
      // Of the file that a symbolic link leads to, as Kubernetes has them.
      PosixFileAttributes attributes =
          Files.readAttributes(Path.of(file), PosixFileAttributes.class);
      Set<PosixFilePermission> permissions = attributes.permissions();
      String write = who(permissions, PosixFilePermission.GROUP_WRITE, "its group", true);
      write = permissions.contains(PosixFilePermission.OTHERS_WRITE) ? "every user" : write;
      // A key that is another user's can only be read by way of its group.
      boolean own = attributes.owner().getName().equals(System.getProperty("user.name"));
      String read = who(permissions, PosixFilePermission.GROUP_READ, "its group", own);
      read = permissions.contains(PosixFilePermission.OTHERS_READ) ? "every user" : read;
      if (write.isEmpty() && read.isEmpty()) {
        return Optional.empty();
      }
      String what =
          write.isEmpty()
              ? "read by " + read
              : read.isEmpty() || read.equals(write)
                  ? (read.isEmpty() ? "" : "read and ") + "changed by " + write
                  : "read by " + read + " and changed by " + write;
      return Optional.of(
          file + ", our private key, can be " + what + " of this machine; chmod 600 it");
    } catch (IOException | RuntimeException e) {
      // Not a POSIX file system, or no such file: whoever reads the content reports that.
      return Optional.empty();
    }
  }

  private static String who(
      Set<PosixFilePermission> permissions, PosixFilePermission one, String who, boolean counts) {
    return counts && permissions.contains(one) ? who : "";
  }
}
