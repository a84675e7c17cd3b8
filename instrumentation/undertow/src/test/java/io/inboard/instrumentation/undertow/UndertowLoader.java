// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.contract.RunningServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * One version of Undertow with its XNIO, and the test's application beside it. The application is
 * compiled once, against jakarta; beside Undertow 2.2 it is renamed to javax.
 */
final class UndertowLoader extends URLClassLoader {
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

  private final boolean javax;

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
    super("undertow-" + version, jars, parent);
    this.javax = version.startsWith("2.2.");
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
    try {
      return (RunningServer)
          loadClass(APPLICATION + server)
              .getConstructor(Map.class, Optional.class)
              .newInstance(properties, threads);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  static File folder(String version) {
    return new File("target/undertow/" + version);
  }

  private static URL[] urls(File folder, String pattern) {
    File[] jars = folder.listFiles((in, name) -> name.matches(pattern));
    if (jars == null || jars.length == 0) {
      throw new IllegalStateException(folder + " is missing: build with Maven");
    }
    return Arrays.stream(jars).map(UndertowLoader::url).toArray(URL[]::new);
  }

  private static URL url(File file) {
    try {
      return file.toURI().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    boolean application = name.startsWith(APPLICATION) || name.startsWith(CONTAINER);
    if (!application && OF_THE_VERSION.stream().noneMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      return application ? define(name) : find(name);
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

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      byte[] bytes = in.readAllBytes();
      byte[] ours = javax ? toJavax(bytes) : bytes;
      return defineClass(name, ours, 0, ours.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private static byte[] toJavax(byte[] bytes) {
    ClassWriter writer = new ClassWriter(0);
    Remapper names =
        new Remapper(Opcodes.ASM9) {
          @Override
          public String map(String internalName) {
            return internalName.replace("jakarta/servlet/", "javax/servlet/");
          }
        };
    new ClassReader(bytes).accept(new ClassRemapper(writer, names), 0);
    return writer.toByteArray();
  }
}
