// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

/**
 * What holds for the policies of the whole JVM.
 *
 * @param enabled false: no policy acts but TLS, authorization and balancing; live
 * @param libraryRetries what is done with sends that libraries repeat by themselves (RATIONALE.md,
 *     Library)
 */
public record ResilienceSettings(
    boolean enabled, DeadlineSettings deadline, LibraryRetries libraryRetries) {
  /** The defaults. */
  public static final ResilienceSettings DEFAULT =
      new ResilienceSettings(true, DeadlineSettings.DEFAULT, LibraryRetries.OBSERVE);

  /** What is done with the retries hidden in libraries, for hosts of no destination. */
  public enum LibraryRetries {
    /** They are counted and shown. */
    OBSERVE,
    /** They are switched off as for destinations. */
    DISABLE
  }
}
