// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import org.junit.jupiter.api.extension.ExtendWith;

/** Tests of a library that {@link Shows} something and has a contract of its own. */
@ExtendWith(Findings.class)
public interface ShowsLibrary {
  /** {@code client} or {@code server}. */
  String kind();

  /** The name of its hooks, as in {@code status}. */
  String library();
}
