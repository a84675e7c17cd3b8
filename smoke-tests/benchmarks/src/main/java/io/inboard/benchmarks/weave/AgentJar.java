// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Packs an agent: an entry class, the hooks and what it weaves with. */
final class AgentJar {
  private AgentJar() {}

  /**
   * @param weaver a class of each library that the agent weaves with
   */
  static Path write(Path to, Class<?> premain, String hooks, List<Class<?>> weaver)
      throws IOException {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Premain-Class", premain.getName());
    main.putValue("Can-Retransform-Classes", "true");
    try (OutputStream file = Files.newOutputStream(to);
        JarOutputStream jar = new JarOutputStream(file, manifest)) {
      Set<String> known = new HashSet<>();
      add(jar, known, HookList.FILE, hooks.getBytes(UTF_8));
      StringBuilder index = new StringBuilder();
      hooks
          .lines()
          .map(line -> line.substring(0, line.indexOf(' ')))
          .distinct()
          .forEach(
              name ->
                  index
                      .append(ListedHooks.UNIT + " " + ListedHooks.class.getName() + " ")
                      .append(name)
                      .append('\n'));
      add(jar, known, "hooks.index", index.toString().getBytes(UTF_8));
      addOwn(jar, known);
      for (Class<?> each : weaver) {
        addLibrary(jar, known, each);
      }
    }
    return to;
  }

  private static void addOwn(JarOutputStream jar, Set<String> known) throws IOException {
    Path classes = source(AgentJar.class);
    String folder = AgentJar.class.getPackageName().replace('.', '/');
    try (Stream<Path> files = Files.list(classes.resolve(folder))) {
      for (Path file : files.toList()) {
        add(jar, known, folder + "/" + file.getFileName(), Files.readAllBytes(file));
      }
    }
  }

  private static void addLibrary(JarOutputStream jar, Set<String> known, Class<?> of)
      throws IOException {
    Path library = source(of);
    if (Files.isDirectory(library)) {
      try (Stream<Path> files = Files.walk(library)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          add(jar, known, library.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
      return;
    }
    try (ZipFile zip = new ZipFile(library.toFile())) {
      for (ZipEntry entry : zip.stream().filter(AgentJar::isCode).toList()) {
        try (InputStream in = zip.getInputStream(entry)) {
          add(jar, known, entry.getName(), in.readAllBytes());
        }
      }
    }
  }

  private static boolean isCode(ZipEntry entry) {
    // Byte Buddy brings each of its classes once more, for Java 8.
    return entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/");
  }

  private static void add(JarOutputStream jar, Set<String> known, String name, byte[] bytes)
      throws IOException {
    if (known.add(name)) {
      jar.putNextEntry(new JarEntry(name));
      jar.write(bytes);
    }
  }

  private static Path source(Class<?> of) {
    try {
      return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
