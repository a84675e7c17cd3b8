// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jersey;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The newest of its line. */
final class Jersey3Test extends JerseyContract {
  Jersey3Test() {
    super(System.getProperty("jersey.version"), false);
  }

  /** Jersey 2.35 answers this spelling with 400, also without the agent. */
  @Test
  void aRouteIsTheSameInEverySpellingOfTheContext() throws IOException {
    routeIsOfTheContext("/sh%6Fp");
  }
}
