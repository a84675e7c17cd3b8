// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.boot;

import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.security.AllPermission;
import java.security.CodeSource;
import java.security.PermissionCollection;
import java.security.Permissions;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * Loads the agent from {@code inst/} of its own jar, where the application's class loaders see no
 * class file: {@code inst/io/inboard/agent/Agent.classdata}. Its parent is the platform loader, so
 * neither side sees the other's libraries and nothing needs relocation.
 *
 * <p>This class has no {@code .class} file in the jar either; {@link Premain} defines it.
 */
final class AgentLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private static final String ROOT = "inst/";

  private final JarFile jar;
  private final URL jarUrl;
  private final ProtectionDomain domain;

  AgentLoader(JarFile jar, URL jarUrl, ClassLoader parent) {
    super(parent);
    this.jar = jar;
    this.jarUrl = jarUrl;
    this.domain = new ProtectionDomain(new CodeSource(jarUrl, (Certificate[]) null), all());
  }

  /**
   * What the JDK does on behalf of an application may pass through a hook: under a SecurityManager
   * its frames are to take no permission from the application, which alone is judged.
   */
  private static PermissionCollection all() {
    Permissions all = new Permissions();
    all.add(new AllPermission());
    return all;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    ZipEntry entry = entry(name.replace('.', '/') + ".class");
    if (entry == null) {
      throw new ClassNotFoundException(name);
    }
    try (InputStream in = jar.getInputStream(entry)) {
      byte[] bytes = readAll(in, (int) entry.getSize());
      int dot = name.lastIndexOf('.');
      String packageName = dot < 0 ? "" : name.substring(0, dot);
      if (dot > 0 && getPackage(packageName) == null) {
        definePackageOnce(packageName);
      }
      return defineClass(name, bytes, 0, bytes.length, domain);
    } catch (IOException e) {
      throw new ClassNotFoundException(name + ": cannot read " + jarUrl, e);
    }
  }

  private void definePackageOnce(String packageName) {
    try {
      definePackage(packageName, null, null, null, null, null, null, null);
    } catch (IllegalArgumentException anotherThreadWasFirst) {
      // It is there, which is all that is asked for.
    }
  }

  @Override
  protected URL findResource(String name) {
    ZipEntry entry = entry(name);
    if (entry == null) {
      return null;
    }
    try {
      return new URL("jar:" + jarUrl + "!/" + entry.getName());
    } catch (MalformedURLException e) {
      return null;
    }
  }

  @Override
  protected Enumeration<URL> findResources(String name) {
    URL url = findResource(name);
    return url == null
        ? Collections.<URL>emptyEnumeration()
        : Collections.enumeration(Collections.singleton(url));
  }

  /**
   * Straight from the open jar: no URL connection, no cache of it that another loader may close.
   */
  @Override
  public InputStream getResourceAsStream(String name) {
    ZipEntry entry = entry(name);
    if (entry == null) {
      return super.getResourceAsStream(name);
    }
    try {
      return jar.getInputStream(entry);
    } catch (IOException e) {
      return null;
    }
  }

  private ZipEntry entry(String name) {
    return jar.getEntry(ROOT + (name.endsWith(".class") ? name + "data" : name));
  }

  /** The jar says how long the file is, so that nothing is copied twice. */
  private static byte[] readAll(InputStream in, int size) throws IOException {
    byte[] bytes = new byte[size];
    int end = 0;
    while (end < size) {
      int n = in.read(bytes, end, size - end);
      if (n < 0) {
        throw new IOException("ends after " + end + " bytes of " + size);
      }
      end += n;
    }
    return bytes;
  }
}
