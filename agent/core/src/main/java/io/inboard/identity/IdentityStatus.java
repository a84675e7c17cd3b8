// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What {@code status} and metrics say of our identity.
 *
 * @param id who we are; empty without a usable identity
 * @param notAfter when the certificate in force expires
 * @param generation of the material in force; 0: none
 * @param lastError why the files as they are now are not used, or that the certificate in force has
 *     expired; empty when all is well
 * @param warning what works, and should be mended all the same; empty if nothing
 */
public record IdentityStatus(
    Optional<SpiffeId> id,
    Optional<Instant> notAfter,
    long generation,
    Optional<String> lastError,
    Optional<String> warning) {
  /** Neither identity nor error. */
  public static final IdentityStatus NONE =
      new IdentityStatus(Optional.empty(), Optional.empty(), 0, Optional.empty(), Optional.empty());

  public IdentityStatus {
    Objects.requireNonNull(id);
    Objects.requireNonNull(notAfter);
    Objects.requireNonNull(lastError);
    Objects.requireNonNull(warning);
  }
}
