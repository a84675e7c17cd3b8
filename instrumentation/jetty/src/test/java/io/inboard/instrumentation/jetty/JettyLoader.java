// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.contract.RunningServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * One version of Jetty, one line of servlets above it, and the test's application beside them. The
 * application is compiled once, against Jakarta EE 10; beside others it is renamed.
 */
final class JettyLoader extends URLClassLoader {
  private static final String APPLICATION = "io.inboard.instrumentation.jetty.app.";

  private final String servlets;
  private final boolean javax;

  /**
   * @param version a folder of {@code target/jetty}: the line of Jetty, a hyphen, the line of
   *     servlets, or whose they are where Jetty has one
   */
  JettyLoader(String version) {
    this(version, folder(version));
  }

  /**
   * @param jars in place of that folder
   */
  JettyLoader(String version, File jars) {
    super("jetty-" + version, urls(jars), JettyLoader.class.getClassLoader());
    this.servlets = version.substring(version.indexOf('-') + 1);
    this.javax = servlets.startsWith("javax");
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
      return (RunningServer)
          loadClass(APPLICATION + "JettyServer")
              .getConstructor(Map.class, Optional.class)
              .newInstance(properties, threads);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Where a version's jars are. */
  static File folder(String version) {
    return new File("target/jetty/" + version);
  }

  private static URL[] urls(File folder) {
    File[] jars = folder.listFiles();
    if (jars == null || jars.length == 0) {
      throw new IllegalStateException(folder + " is missing: build with Maven");
    }
    return Arrays.stream(jars).map(JettyLoader::url).toArray(URL[]::new);
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
    if (!name.startsWith(APPLICATION)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      byte[] bytes = renamed(in.readAllBytes());
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] renamed(byte[] bytes) {
    ClassWriter writer = new ClassWriter(0);
    String line = servlets.startsWith("ee") ? servlets + "/" : "";
    Remapper names =
        new Remapper(Opcodes.ASM9) {
          @Override
          public String map(String internalName) {
            String name = internalName.replace("jetty/ee10/servlet/", "jetty/" + line + "servlet/");
            return javax ? name.replace("jakarta/servlet/", "javax/servlet/") : name;
          }
        };
    new ClassReader(bytes).accept(new ClassRemapper(writer, names), 0);
    return writer.toByteArray();
  }
}
