// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

/**
 * EC keys in a runtime image that was made without them: until JDK 21 they are a module of their
 * own, which {@code jlink} leaves out unless it is asked for, since nothing requires it.
 */
final class EllipticCurves {
  /** What is missing and what to do, after a comma. */
  static final String MISSING =
      "this Java runtime lacks the module jdk.crypto.ec;"
          + " add it to the image (jlink --add-modules jdk.crypto.ec) or use RSA keys";

  /** id-ecPublicKey (RFC 5480), as the JDK names an algorithm that it does not know. */
  private static final String OID = "1.2.840.10045.2.1";

  private EllipticCurves() {}

  /** Whether this names the algorithm EC, for a key that the JDK could not parse. */
  static boolean isEc(String algorithm) {
    return algorithm.equals("EC") || algorithm.equals(OID);
  }
}
