// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

/**
 * Names a version of the settings. Not a security measure, so no MessageDigest: that would load the
 * security providers before the application can choose them.
 */
final class Version {
  private Version() {}

  /** FNV-1a, 64 bits, in hexadecimal. */
  static String hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    String digits = Long.toHexString(hash);
    return "0".repeat(16 - digits.length()) + digits;
  }

  /** Short, and distinct within the life of a JVM. */
  static String of(String text, long number) {
    return hash(text).substring(0, 8) + "-" + number;
  }
}
