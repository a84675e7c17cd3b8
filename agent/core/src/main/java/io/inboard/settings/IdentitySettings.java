// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

/** Where this JVM's key, certificates and trust bundles come from. */
public sealed interface IdentitySettings {
  /** No identity. */
  IdentitySettings NONE = new None();

  /** Whether an identity is configured (what it needs may still be missing). */
  boolean present();

  /** None: this JVM proves nothing, and cannot ask for a proof. */
  record None() implements IdentitySettings {
    @Override
    public boolean present() {
      return false;
    }
  }

  /**
   * PEM files, watched.
   *
   * @param certificateChain path, leaf first
   * @param privateKey path
   * @param trustBundle path; the roots of our own trust domain
   * @param trustDomain empty: that of the certificate
   */
  record InFiles(String certificateChain, String privateKey, String trustBundle, String trustDomain)
      implements IdentitySettings {
    @Override
    public boolean present() {
      return true;
    }
  }
}
