// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

/** A method that we will not weave, and why; its class is left as it is. */
final class Unweavable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unweavable(String why) {
    super(why, null, false, false);
  }
}
