// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import io.inboard.settings.document.Document;
import io.inboard.settings.reading.SecurityWords;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The last good settings of a source, for a start at which it is away or broken: one file of mode
 * 0600 in a directory of mode 0700, $XDG_CACHE_HOME/inboard or else inboard-USER in the temporary
 * directory. What belongs to another user, or what another may write, is not trusted: who writes
 * there decides whom this JVM talks to.
 */
final class DiskCopy {
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  /**
   * Of java.io, since this is made before main, when java.nio's file system must not be touched.
   */
  private final File place;

  private final String name;

  private DiskCopy(File place, String key) {
    this.place = place;
    this.name = "settings-" + Version.hash(key) + ".txt";
  }

  static DiskCopy of(String key, Map<String, String> environment) {
    String cacheHome = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (!cacheHome.isEmpty() && new File(cacheHome).isAbsolute()) {
      return new DiskCopy(new File(cacheHome, "inboard"), key);
    }
    String user = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9._-]", "_");
    return new DiskCopy(new File(System.getProperty("java.io.tmpdir"), "inboard-" + user), key);
  }

  /** In the given directory. */
  static DiskCopy in(Path directory, String key) {
    return new DiskCopy(directory.toFile(), key);
  }

  /** Empty if there is none. */
  Optional<String> load() throws IOException {
    if (!new File(place, name).exists()) {
      return Optional.empty();
    }
    Path directory = place.toPath();
    Path file = directory.resolve(name);
    try {
      distrust(directory);
      distrust(file);
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) == 0) {
        throw new IOException(file + " is damaged");
      }
      if (Files.size(file) > Document.MAX_SIZE) {
        throw new IOException(file + " is larger than 16 MiB");
      }
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Replaces the copy in one step, unless it is the same. */
  void save(String text) throws IOException {
    if (load().equals(Optional.of(text))) {
      return;
    }
    Path directory = place.toPath();
    Path file = directory.resolve(name);
    boolean posix = posix(directory);
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(directory.toAbsolutePath().getParent());
      Files.createDirectory(directory, mode(posix, "rwx------"));
    }
    distrust(directory);
    Path written = Files.createTempFile(directory, "settings-", ".new", mode(posix, "rw-------"));
    try {
      Files.write(
          written, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.TRUNCATE_EXISTING);
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  /**
   * What a copy asks for that is damaged or not trusted: nothing of it is in force, but it may not
   * open a port either. Nothing if there is none.
   */
  SecurityWords securityWords() {
    File file = new File(place, name);
    // The directory's listing also shows a dangling link, and it is of java.io: this may run before
    // main.
    String[] names = place.list();
    if (!file.exists() && (names == null || !List.of(names).contains(name))) {
      return new SecurityWords();
    }
    FileSource copy = new FileSource(file, name);
    return copy.read(Duration.ZERO) instanceof SettingsSource.Answer.Text text
            && !text.text().isBlank()
        ? SecurityWords.in(text.text())
        : SecurityWords.doubt();
  }

  private static void distrust(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      throw new IOException(path + " is a symbolic link and is not trusted");
    }
    UserPrincipal owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
    if (!owner.equals(me())) {
      throw new IOException(path + " belongs to " + owner.getName() + " and is not trusted");
    }
    if (posix(path)
        && Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).stream()
            .anyMatch(OTHERS_WRITE::contains)) {
      throw new IOException(path + " may be written by others and is not trusted");
    }
  }

  /** Asked of a new file: in a container the user often has no name to look up. */
  private static UserPrincipal me() throws IOException {
    Path probe = Files.createTempFile("inboard-", ".tmp");
    try {
      return Files.getOwner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  private static boolean posix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] mode(boolean posix, String mode) {
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }
}
