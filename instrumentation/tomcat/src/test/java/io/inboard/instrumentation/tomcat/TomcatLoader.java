// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

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
 * One version of Tomcat and the test's application beside it, as a web server's common loader has
 * them. The application is compiled once, against jakarta; beside Tomcat 9 it is renamed to javax.
 */
final class TomcatLoader extends URLClassLoader {
  static final String NIO = "org.apache.coyote.http11.Http11NioProtocol";

  private static final String APPLICATION = "io.inboard.instrumentation.tomcat.app.";

  private final boolean javax;

  TomcatLoader(String version) {
    super("tomcat-" + version, jars(version), TomcatLoader.class.getClassLoader());
    this.javax = version.startsWith("9.");
  }

  /** Starts an embedded server. */
  RunningServer start(String protocol, Map<String, String> properties) throws Exception {
    return start(protocol, properties, Optional.empty());
  }

  /** Starts an embedded server, perhaps with the threads of a test. */
  RunningServer start(String protocol, Map<String, String> properties, Optional<Executor> threads)
      throws Exception {
    try {
      return (RunningServer)
          loadClass(APPLICATION + "TomcatServer")
              .getConstructor(String.class, Map.class, Optional.class)
              .newInstance(protocol, properties, threads);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static URL[] jars(String version) {
    File[] jars = new File("target/tomcat/" + version).listFiles();
    if (jars == null || jars.length == 0) {
      throw new IllegalStateException("target/tomcat/" + version + " is missing: build with Maven");
    }
    return Arrays.stream(jars).map(TomcatLoader::url).toArray(URL[]::new);
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
