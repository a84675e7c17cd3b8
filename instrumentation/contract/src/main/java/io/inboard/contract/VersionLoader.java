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
public final class VersionLoader extends URLClassLoader {
  private final List<String> application;
  private final boolean javax;

  /**
   * @param jars the library's, all of the folder
   * @param javax whether the library is from before the renaming
   * @param application packages that are loaded beside the library, each with a dot at its end
   */
  public VersionLoader(File jars, boolean javax, String... application) {
    super(jars.getName(), urls(jars), VersionLoader.class.getClassLoader());
    this.javax = javax;
    this.application = List.of(application);
  }

  /** An object of the application, by its constructor without parameters. */
  public <T> T make(Class<T> type, String className) throws Exception {
    try {
      return type.cast(loadClass(className).getConstructor().newInstance());
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static URL[] urls(File folder) {
    File[] jars = folder.listFiles();
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

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (application.stream().noneMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
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
            return internalName
                .replace("jakarta/servlet/", "javax/servlet/")
                .replace("jakarta/ws/rs/", "javax/ws/rs/");
          }
        };
    new ClassReader(bytes).accept(new ClassRemapper(writer, names), 0);
    return writer.toByteArray();
  }
}
