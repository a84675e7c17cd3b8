// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import java.io.IOException;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** Which Inboard this is, by the manifest of its jar. */
public final class AgentVersion {
  private static final String UNKNOWN = "unknown";

  private AgentVersion() {}

  /** The version; {@code unknown} where the jar does not say. Reads the file. */
  public static String of(String jarPath) {
    try (JarFile jar = new JarFile(jarPath)) {
      Manifest manifest = jar.getManifest();
      String version =
          manifest == null
              ? null
              : manifest.getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
      return version == null ? UNKNOWN : version;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }
}
