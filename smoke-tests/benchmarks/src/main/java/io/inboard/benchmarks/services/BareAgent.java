// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * An agent that is shown each class as it loads, and changes none: what any agent that weaves
 * classes costs a start at least, before it has done anything. For that alone the JVM reads the
 * files of classes that it had in its archive, and calls into Java for each class.
 */
public final class BareAgent implements ClassFileTransformer {
  /** Called by the JVM before main. */
  public static void premain(String argument, Instrumentation instrumentation) {
    instrumentation.addTransformer(new BareAgent(), true);
  }

  @Override
  public byte[] transform(
      ClassLoader loader,
      String name,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] classFile) {
    return null; // Not changed.
  }

  /** Apart from the agent, which must not need a class that its jar does not have. */
  static final class Jar {
    private Jar() {}

    /** The jar of this agent in that directory; made unless it is there. */
    static Path in(Path directory) {
      Path jar = directory.resolve("bare-agent.jar");
      if (!Files.exists(jar)) {
        write(jar);
      }
      return jar;
    }

    private static void write(Path jar) {
      String classFile = BareAgent.class.getName().replace('.', '/') + ".class";
      Manifest manifest = new Manifest();
      Attributes attributes = manifest.getMainAttributes();
      attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
      attributes.putValue("Premain-Class", BareAgent.class.getName());
      attributes.putValue("Can-Retransform-Classes", "true");
      try (InputStream compiled = BareAgent.class.getClassLoader().getResourceAsStream(classFile);
          JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
        out.putNextEntry(new JarEntry(classFile));
        compiled.transferTo(out);
      } catch (IOException e) {
        throw new Trouble("cannot write " + jar + ": " + e, e);
      }
    }
  }
}
