// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.contract.RunningServer;
import io.inboard.contract.VersionLoader;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** One version of Undertow with its XNIO, and the test's application beside it. */
final class UndertowLoader extends VersionLoader {
  /** The newest of the line that the module is compiled against. */
  static final String NEWEST = System.getProperty("undertow.version");

  private static final String APPLICATION = "io.inboard.instrumentation.undertow.app.";

  /** What the tests have in place of a container's classes. */
  private static final String CONTAINER = "org.wildfly.extension.";

  /** What the tests' class path has, too, in the version that the module is compiled against. */
  private static final List<String> OF_THE_VERSION =
      List.of(
          "io.undertow.",
          "io.smallrye.",
          "jakarta.",
          "javax.annotation.",
          "javax.servlet.",
          "org.jboss.",
          "org.wildfly.",
          "org.xnio.");

  UndertowLoader(String version) {
    this(version, folder(version));
  }

  /**
   * @param jars of the version, or what a test has made of them
   */
  UndertowLoader(String version, File jars) {
    this(version, urls(jars, ".*"), UndertowLoader.class.getClassLoader());
  }

  private UndertowLoader(String version, URL[] jars, ClassLoader parent) {
    super("undertow-" + version, jars, parent, version.startsWith("2.2."), APPLICATION, CONTAINER);
  }

  /** The same in four loaders: XNIO and the like, the core, the servlets, the application. */
  static UndertowLoader inModules(String version) {
    ClassLoader module = UndertowLoader.class.getClassLoader();
    for (String jars : List.of("(?!undertow-).*", "undertow-core.*", "undertow-servlet.*")) {
      module = new UndertowLoader(version, urls(folder(version), jars), module);
    }
    return new UndertowLoader(version, new URL[0], module);
  }

  /** Starts an embedded server. */
  RunningServer start(Map<String, String> properties) throws Exception {
    return start(properties, Optional.empty());
  }

  /** Starts an embedded server, perhaps with the threads of a test. */
  RunningServer start(Map<String, String> properties, Optional<Executor> threads) throws Exception {
    return start("UndertowServer", properties, threads);
  }

  /** Starts one of the application's servers. */
  RunningServer start(String server, Map<String, String> properties, Optional<Executor> threads)
      throws Exception {
    return make(
        RunningServer.class,
        APPLICATION + server,
        List.of(Map.class, Optional.class),
        properties,
        threads);
  }

  static File folder(String version) {
    return new File("target/undertow/" + version);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (isOfTheApplication(name) || OF_THE_VERSION.stream().noneMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : find(name);
    }
  }

  /** In its own jars, else in the module below. */
  private Class<?> find(String name) throws ClassNotFoundException {
    if (!(getParent() instanceof UndertowLoader below)) {
      return findClass(name);
    }
    try {
      return findClass(name);
    } catch (ClassNotFoundException e) {
      return below.loadClass(name);
    }
  }

  /** Nor are class files those of the version on the tests' class path. */
  @Override
  public URL getResource(String name) {
    URL own = findResource(name);
    return own == null ? super.getResource(name) : own;
  }

  /** Nor are providers. */
  @Override
  public Enumeration<URL> getResources(String name) throws IOException {
    if (!name.startsWith("META-INF/services/")) {
      return super.getResources(name);
    }
    List<URL> providers = Collections.list(findResources(name));
    if (getParent() instanceof UndertowLoader below) {
      providers.addAll(Collections.list(below.getResources(name)));
    }
    return Collections.enumeration(providers);
  }
}
