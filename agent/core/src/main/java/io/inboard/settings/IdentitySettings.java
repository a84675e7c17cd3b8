// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

/**
 * Where this JVM's identity is read from: PEM files, watched.
 *
 * @param certificateChain path, leaf first; empty when no identity is set
 * @param privateKey path
 * @param trustBundle path
 * @param trustDomain empty: that of the certificate
 */
public record IdentitySettings(
    String certificateChain, String privateKey, String trustBundle, String trustDomain) {
  /** No identity. */
  public static final IdentitySettings NONE = new IdentitySettings("", "", "", "");

  /** Whether an identity is configured (its files may still be missing). */
  public boolean present() {
    return !certificateChain.isEmpty();
  }
}
