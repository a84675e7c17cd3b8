// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import io.inboard.settings.IdentitySettings;
import java.io.File;
import java.util.Arrays;

/**
 * The three files at one moment; equal when their contents are. Content, not time stamps:
 * Kubernetes swaps a symbolic link, and a file may change twice within a time stamp's resolution.
 */
record PemFiles(Content chain, Content key, Content bundle) {
  static PemFiles read(IdentitySettings.InFiles settings) {
    return new PemFiles(
        Content.of(settings.certificateChain(), "identity.certificateChain"),
        Content.of(settings.privateKey(), "identity.privateKey"),
        Content.of(settings.trustBundle(), "identity.trustBundle"));
  }

  /**
   * One file.
   *
   * @param problem why it could not be read; empty if it was
   */
  record Content(String path, byte[] bytes, String problem) {
    static Content of(String path, String setting) {
      if (path.isEmpty()) {
        return new Content(path, new byte[0], setting + " is not set; give the path of a PEM file");
      }
      try {
        return new Content(path, Pem.bytes(new File(path)), "");
      } catch (IdentityException e) {
        return new Content(path, new byte[0], e.getMessage());
      }
    }

    Pem pem() throws IdentityException {
      if (!problem.isEmpty()) {
        throw new IdentityException(problem);
      }
      return Pem.parse(path, bytes);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Content that
          && path.equals(that.path)
          && problem.equals(that.problem)
          && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    /** Never the content, which may be a key. */
    @Override
    public String toString() {
      return path;
    }
  }
}
