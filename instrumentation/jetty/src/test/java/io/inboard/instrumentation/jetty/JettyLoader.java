// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.contract.RunningServer;
import io.inboard.contract.VersionLoader;
import java.io.File;
import java.net.URL;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * One version of Jetty, one line of servlets above it, and the test's application beside them. The
 * application is compiled against Jakarta EE 10; beside other lines Jetty's own names differ, too.
 */
final class JettyLoader extends VersionLoader {
  private static final String APPLICATION = "io.inboard.instrumentation.jetty.app.";

  /** Of older servlets above the newest Jetty. */
  private static final Set<String> NESTED = Set.of("12.1-ee8", "12.1-ee9");

  private final String servlets;

  /**
   * @param version a folder of {@code target/jetty}: the line of Jetty, a hyphen, the line of
   *     servlets, or whose they are where Jetty has one
   */
  JettyLoader(String version) {
    this(version, jars(version));
  }

  /**
   * @param jars in place of that folder
   */
  JettyLoader(String version, File jars) {
    this(version, urls(jars, ".*"));
  }

  private JettyLoader(String version, URL[] jars) {
    super(
        "jetty-" + version,
        jars,
        JettyLoader.class.getClassLoader(),
        servlets(version).startsWith("javax") || servlets(version).equals("ee8"),
        APPLICATION);
    this.servlets = servlets(version);
  }

  /** Where a line of servlets has a folder of its own, Jetty's jars are beside the newest ones. */
  private static URL[] jars(String version) {
    URL[] own = urls(folder(version), ".*");
    return NESTED.contains(version)
        ? Stream.of(own, urls(folder("12.1-ee11"), "(?!jetty-ee|jakarta).*"))
            .flatMap(Stream::of)
            .toArray(URL[]::new)
        : own;
  }

  private static String servlets(String version) {
    return version.substring(version.indexOf('-') + 1);
  }

  /** Starts an embedded server. */
  RunningServer start(Map<String, String> properties) throws Exception {
    return start(properties, Optional.empty());
  }

  /** Starts an embedded server, perhaps with the threads of a test. */
  RunningServer start(Map<String, String> properties, Optional<Executor> threads) throws Exception {
    // Jetty looks for its services there, and gives it to its threads.
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(this);
    try {
      return make(
          RunningServer.class,
          APPLICATION + "JettyServer",
          List.of(Map.class, Optional.class),
          properties,
          threads);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Where a version's jars are. */
  static File folder(String version) {
    return new File("target/jetty/" + version);
  }

  @Override
  protected String renamed(String name) {
    String line = servlets.startsWith("ee") ? servlets + "/" : "";
    return super.renamed(name.replace("jetty/ee10/servlet/", "jetty/" + line + "servlet/"));
  }
}
