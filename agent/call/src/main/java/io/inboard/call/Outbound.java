// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

/** Decides calls that leave this JVM. Safe for use by any thread. */
@FunctionalInterface
public interface Outbound {
  /** Leaves every call alone. */
  Outbound PASS =
      new Outbound() {
        @Override
        public boolean disabled() {
          return true;
        }

        @Override
        public Call begin(OutboundRequest request) {
          return Call.UNTOUCHED;
        }
      };

  /**
   * Whether every call is left alone for now (the kill switch): asked by hooks before they make
   * anything, so that a mesh that is switched off costs one read. May change at any time.
   */
  default boolean disabled() {
    return false;
  }

  /**
   * Begins one application-level call. Asked once a call, by the outermost hook of the library, on
   * the thread that makes the call; neither blocks nor throws.
   *
   * @return the call; {@link Call#UNTOUCHED} when the mesh leaves this one alone altogether (the
   *     kill switch)
   */
  Call begin(OutboundRequest request);

  /**
   * Whether plaintext must not go to this host: asked by a hook that could not begin or direct a
   * call because of a mistake of its own, and refuses it then. Neither blocks nor throws.
   */
  default boolean mustEncrypt(String host, int port) {
    return false;
  }

  /**
   * Tells that something is not sent which {@link #mustEncrypt} or a {@link TlsPlan} forbids to
   * send in the clear: it is counted, and said in the log. Neither blocks nor throws.
   *
   * @param library as in {@link OutboundRequest#library}
   * @param host as in the application's URL
   * @param why the reason, which follows a colon
   * @return where to, what and why: ready for the application's exception
   */
  default String unsecured(String library, String host, int port, String why) {
    return "inboard: nothing was sent to "
        + host
        + ':'
        + port
        + " by "
        + library
        + ", since it would not have been secured: "
        + why;
  }

  /**
   * Whether the mesh decides about all repetitions of calls to this host over plain http, where no
   * proxy is between: asked by hooks of what stands above clients and would repeat whole calls by
   * itself, each with all its attempts. Neither blocks nor throws.
   */
  default boolean repeats(String host, int port) {
    return false;
  }
}
