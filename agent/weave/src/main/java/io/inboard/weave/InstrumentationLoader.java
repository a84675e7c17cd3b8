// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.io.IOException;
import java.io.InputStream;
import java.security.ProtectionDomain;

/**
 * Defines advice and adapters next to one application class loader, so that they see the library's
 * types from there and everything of ours from the agent loader.
 *
 * <p>Held by the call sites that were linked through it, so it lives and dies with the woven
 * classes.
 */
final class InstrumentationLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private static final String ADAPTERS = "io.inboard.instrumentation.";
  private static final String OURS = "io.inboard.";

  /**
   * That of the agent: without one, a SecurityManager would judge an application's call that passes
   * through a hook by what it grants to nobody.
   */
  private static final ProtectionDomain DOMAIN = InstrumentationLoader.class.getProtectionDomain();

  private final ClassLoader agentLoader;

  InstrumentationLoader(ClassLoader application, ClassLoader agentLoader) {
    super("inboard-instrumentation", application);
    this.agentLoader = agentLoader;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS)) {
      return super.loadClass(name, resolve);
    }
    if (!name.startsWith(ADAPTERS)) {
      return agentLoader.loadClass(name);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try {
      byte[] bytes = Relocation.file(name.replace('.', '/'), this::read);
      if (bytes == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, bytes, 0, bytes.length, DOMAIN);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] read(String internalName) throws IOException {
    try (InputStream in = agentLoader.getResourceAsStream(internalName + ".class")) {
      return in == null ? null : in.readAllBytes();
    }
  }
}
