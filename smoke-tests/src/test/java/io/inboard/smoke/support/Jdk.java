// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.nio.file.Path;

/**
 * One Java installation.
 *
 * @param version the feature version: 17
 */
public record Jdk(int version, Path home) {
  public Path tool(String name) {
    return home.resolve("bin").resolve(name);
  }

  @Override
  public String toString() {
    return "JDK " + version;
  }
}
