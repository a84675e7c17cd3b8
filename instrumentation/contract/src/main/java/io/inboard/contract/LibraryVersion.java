// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.net.URL;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** The version of a library that a test runs with, as the jar says that its classes come from. */
final class LibraryVersion {
  /** What the version of a library begins with that the JDK brings. */
  static final String JDK = "JDK ";

  /** A jar's name, up to the first number behind a hyphen. */
  private static final Pattern JAR = Pattern.compile("[^/]*?-(\\d[^/]*)\\.jar!/");

  private LibraryVersion() {}

  /**
   * The version of the jar with the first class that the unit's hooks name and that is there: later
   * ones may be in what the library stands on.
   *
   * @param unit the name of the library's hooks
   * @return empty if the loader knows no such class, or has it from no jar with a version
   */
  static Optional<String> of(String unit, ClassLoader loader) {
    return StreamSupport.stream(ServiceLoader.load(Library.class).spliterator(), false)
        .map(Library::unit)
        .filter(u -> u.name().equals(unit))
        .flatMap(u -> u.hooks().stream())
        .map(Unit.Hook::classNames)
        .flatMap(names -> names.stream())
        .map(name -> loader.getResource(name.replace('.', '/') + ".class"))
        .filter(Objects::nonNull)
        .findFirst()
        .flatMap(LibraryVersion::in);
  }

  private static Optional<String> in(URL found) {
    if (found.getProtocol().equals("jrt")) {
      return Optional.of(JDK + Runtime.version().feature());
    }
    Matcher jar = JAR.matcher(found.toString());
    return jar.find() ? Optional.of(jar.group(1)) : Optional.empty();
  }
}
