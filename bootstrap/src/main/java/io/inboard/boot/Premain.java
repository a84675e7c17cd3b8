// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.boot;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.Enumeration;
import java.util.jar.JarFile;

/**
 * The entry of {@code -javaagent:inboard.jar}: opens the jar, makes the isolated loader, hands
 * over. Java 8 class file, so that an older JVM can say what it lacks. Whatever goes wrong here
 * costs one line on standard error; the application starts in any case.
 */
public final class Premain {
  private static final String MARK = "io.inboard.started";

  private Premain() {}

  /** Called by the JVM before the application's main class is loaded. */
  public static void premain(String argument, Instrumentation instrumentation) {
    try {
      start(argument, instrumentation);
    } catch (Throwable e) {
      // A SecurityManager from the command line may forbid already to read a property.
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      if (required()) {
        end("could not start: " + cause);
      }
      say("could not start, and the application starts without it: " + cause);
    }
  }

  /** Who says so wants no JVM that the mesh does not secure; see the agent's StartRules. */
  private static boolean required() {
    try {
      String word = System.getProperty("inboard.startup");
      word = word == null || word.trim().isEmpty() ? System.getenv("INBOARD_STARTUP") : word;
      return word != null && !word.trim().isEmpty() && !word.trim().equals("optional");
    } catch (SecurityException e) {
      return false; // Nobody may read it, so nobody has said it.
    }
  }

  private static void end(String what) {
    say("WARN " + what + "; this JVM ends, since INBOARD_STARTUP=required (exit code 78)");
    System.exit(78);
  }

  private static void start(String argument, Instrumentation instrumentation)
      throws ReflectiveOperationException, IOException, URISyntaxException {
    if (javaVersion() < 17) {
      if (required() && !isJdkTool(System.getProperty("sun.java.command", ""))) {
        end("needs Java 17 or later, and this is Java " + System.getProperty("java.version"));
      }
      say(
          "needs Java 17 or later, and this is Java "
              + System.getProperty("java.version")
              + "; the application starts without it");
      return;
    }
    if (isJdkTool(System.getProperty("sun.java.command", ""))) {
      return;
    }
    if (System.getProperty(MARK) != null) {
      say("is named twice on the command line; the first one counts");
      return;
    }
    System.setProperty(MARK, "true");
    String jar = agentJar();
    call(
        agentLoader(jar),
        "io.inboard.agent.Agent",
        "start",
        new Class<?>[] {String.class, Instrumentation.class, String.class},
        argument,
        instrumentation,
        jar);
  }

  static int javaVersion() {
    String v = System.getProperty("java.specification.version", "0");
    try {
      return Integer.parseInt(v.startsWith("1.") ? v.substring(2) : v);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** {@code JAVA_TOOL_OPTIONS} puts the agent into keytool, jcmd and javac as well. */
  private static boolean isJdkTool(String command) {
    return command.startsWith("jdk.")
        || command.startsWith("sun.")
        || command.startsWith("com.sun.tools.");
  }

  static void say(String what) {
    System.err.println("[inboard] " + what);
  }

  static String jarPath() throws URISyntaxException {
    return new File(Premain.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        .getPath();
  }

  /**
   * The jar that the command line names. A JVM puts it at the end of the class path, so an {@code
   * inboard.jar} of another version that stands there already is where this class comes from; all
   * the rest comes from the agent's own.
   */
  private static String agentJar() throws IOException, URISyntaxException {
    String here = jarPath();
    String last = here;
    Enumeration<URL> all =
        ClassLoader.getSystemResources(Premain.class.getName().replace('.', '/') + ".class");
    while (all.hasMoreElements()) {
      String url = all.nextElement().toString();
      if (url.startsWith("jar:file:")) {
        last = new File(new URI(url.substring(4, url.lastIndexOf("!/")))).getPath();
      }
    }
    if (!last.equals(here)) {
      say("WARN " + here + " on the class path is not used, but the agent's own " + last);
    }
    return last;
  }

  /**
   * The loader of everything under {@code inst/}; defined here since the jar shows two classes
   * only.
   */
  static ClassLoader agentLoader(String path) throws ReflectiveOperationException, IOException {
    JarFile jar = new JarFile(new File(path), false);
    byte[] bytes;
    try (InputStream in =
        jar.getInputStream(jar.getEntry("inst/io/inboard/boot/AgentLoader.classdata"))) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
      bytes = out.toByteArray();
    }
    // Lookup.defineClass is Java 9, this file Java 8: by reflection.
    Class<?> loader =
        (Class<?>)
            MethodHandles.Lookup.class
                .getMethod("defineClass", byte[].class)
                .invoke(MethodHandles.lookup(), (Object) bytes);
    Constructor<?> constructor =
        loader.getDeclaredConstructor(JarFile.class, URL.class, ClassLoader.class);
    constructor.setAccessible(true);
    // The platform loader: its getter is new in Java 9, and costs an annotation proxy by
    // reflection.
    ClassLoader platform = ClassLoader.getSystemClassLoader();
    while (platform.getParent() != null) {
      platform = platform.getParent();
    }
    return (ClassLoader) constructor.newInstance(jar, new File(path).toURI().toURL(), platform);
  }

  static Object call(
      ClassLoader loader, String type, String method, Class<?>[] types, Object... args)
      throws ReflectiveOperationException {
    return Class.forName(type, true, loader).getMethod(method, types).invoke(null, args);
  }
}
