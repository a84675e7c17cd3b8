// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.List;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * One version of a library, which is not on the tests' class path, and a test's application beside
 * it. The application is compiled once, against {@code jakarta}; beside older versions it is
 * renamed to {@code javax}.
 */
public class VersionLoader extends URLClassLoader {
  private final List<String> application;
  private final boolean javax;

  /**
   * @param jars the library's, all of the folder
   * @param javax whether the library is from before the renaming
   * @param application packages that are loaded beside the library, each with a dot at its end
   */
  public VersionLoader(File jars, boolean javax, String... application) {
    this(
        jars.getName(), urls(jars, ".*"), VersionLoader.class.getClassLoader(), javax, application);
  }

  /**
   * @param name of the loader, for messages
   * @param jars the library's
   * @param parent what else the library and the application see
   * @param javax whether the library is from before the renaming
   * @param application packages that are loaded beside the library, each with a dot at its end
   */
  protected VersionLoader(
      String name, URL[] jars, ClassLoader parent, boolean javax, String... application) {
    super(name, jars, parent);
    this.javax = javax;
    this.application = List.of(application);
  }

  /** An object of the application, by its constructor without parameters. */
  public <T> T make(Class<T> type, String className) throws Exception {
    return make(type, className, List.of());
  }

  /** An object of the application, by its constructor with these parameters. */
  protected final <T> T make(
      Class<T> type, String className, List<Class<?>> parameters, Object... arguments)
      throws Exception {
    try {
      return type.cast(
          loadClass(className)
              .getConstructor(parameters.toArray(Class<?>[]::new))
              .newInstance(arguments));
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /** Of the jars in a folder whose names match the pattern; there must be one. */
  protected static URL[] urls(File folder, String pattern) {
    File[] jars = folder.listFiles((in, name) -> name.matches(pattern));
    if (jars == null || jars.length == 0) {
      throw new IllegalStateException(folder + " is missing: build with Maven");
    }
    return Arrays.stream(jars).map(VersionLoader::url).toArray(URL[]::new);
  }

  private static URL url(File file) {
    try {
      return file.toURI().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a class is the test's application's. */
  protected final boolean isOfTheApplication(String name) {
    return application.stream().anyMatch(name::startsWith);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!isOfTheApplication(name)) {
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
    Remapper names =
        new Remapper(Opcodes.ASM9) {
          @Override
          public String map(String internalName) {
            return renamed(internalName);
          }
        };
    new ClassReader(bytes).accept(new ClassRemapper(writer, names), 0);
    return writer.toByteArray();
  }

  /**
   * What a class that the application names is called in this version.
   *
   * @param name internal, with slashes
   */
  protected String renamed(String name) {
    return javax
        ? name.replace("jakarta/servlet/", "javax/servlet/")
            .replace("jakarta/ws/rs/", "javax/ws/rs/")
        : name;
  }
}
