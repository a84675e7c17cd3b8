// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * Writes down what came of each test that {@link Shows} something, for the table of what works: a
 * line of {@code target/what-works/LIBRARY VERSION.tsv} for each column, with tabs between
 *
 * <ol>
 *   <li>{@code client} or {@code server}
 *   <li>the library's name as in {@code status}, and its version
 *   <li>what has to be on Maven's command line for the version to be tested; empty: nothing
 *   <li>the JDK that ran the test
 *   <li>the column's place and its title
 *   <li>the test
 *   <li>{@code passed}, {@code failed} or {@code skipped}
 * </ol>
 *
 * <p>Of several lines that differ in the last field the last one counts: a test was tried again.
 * JVMs that test a version side by side add to one file.
 */
final class Findings implements AfterEachCallback {
  private static final Path FOLDER = Path.of("target", "what-works");

  /** Asked once: a class has many tests. */
  private static final Map<Subject, Optional<String>> VERSIONS = new ConcurrentHashMap<>();

  /** Set where Maven runs a version only on demand: what is to be said for that. */
  private static final String ON_DEMAND = "inboard.version.on.demand";

  private static final String TEST_JVM = "inboard.test.jvm";

  /**
   * What a test is about.
   *
   * @param kind {@code client} or {@code server}
   * @param unit the library's name as in {@code status}
   * @param loader which has loaded the library
   */
  record Subject(String kind, String unit, ClassLoader loader) {
    private Optional<String> version() {
      return LibraryVersion.of(unit, loader);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Set<Feature> shown = EnumSet.noneOf(Feature.class);
    shownBy(context.getRequiredTestMethod().getAnnotation(Shows.class), shown);
    shownBy(context.getRequiredTestClass().getAnnotation(Shows.class), shown);
    if (shown.isEmpty()) {
      return;
    }
    Subject subject = subject(context.getRequiredTestInstance());
    Optional<String> version = VERSIONS.computeIfAbsent(subject, Subject::version);
    if (version.isEmpty()) {
      System.out.println("not in the table of what works: no jar has " + subject.unit());
      return;
    }
    String outcome =
        context
            .getExecutionException()
            .map(e -> e instanceof TestAbortedException ? "skipped" : "failed")
            .orElse("passed");
    StringBuilder lines = new StringBuilder();
    for (Feature feature : shown) {
      List<String> fields =
          List.of(
              subject.kind(),
              subject.unit(),
              version.get(),
              onDemand(context, version.get()),
              "" + Runtime.version().feature(),
              "" + feature.ordinal(),
              feature.title(),
              context.getUniqueId(),
              outcome);
      lines.append(String.join("\t", fields)).append('\n');
    }
    write(subject.unit() + " " + version.get() + ".tsv", lines.toString());
  }

  private static void shownBy(Shows shows, Set<Feature> shown) {
    if (shows != null) {
      shown.addAll(List.of(shows.value()));
    }
  }

  private static Subject subject(Object test) {
    if (test instanceof ClientHarness client) {
      return client.subject();
    }
    if (test instanceof ShowsLibrary of) {
      return new Subject(of.kind(), of.library(), test.getClass().getClassLoader());
    }
    return ((ServerFixture) test).subject();
  }

  private static String onDemand(ExtensionContext context, String version) {
    EnabledIfSystemProperty condition =
        context.getRequiredTestClass().getAnnotation(EnabledIfSystemProperty.class);
    if (condition != null) {
      String value = condition.matches();
      return "-D" + condition.named() + (value.equals(".*") ? "" : "=" + value);
    }
    if (version.startsWith(LibraryVersion.JDK)) {
      return System.getProperty(TEST_JVM) == null ? "" : "-D" + TEST_JVM;
    }
    return System.getProperty(ON_DEMAND, "");
  }

  private static void write(String name, String lines) {
    try {
      Files.createDirectories(FOLDER);
      Files.writeString(
          FOLDER.resolve(name), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
