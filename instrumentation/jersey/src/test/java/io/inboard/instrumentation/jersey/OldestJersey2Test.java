// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jersey;

/** Of Spring Boot 2.7; with names of {@code javax}. */
final class OldestJersey2Test extends JerseyContract {
  OldestJersey2Test() {
    super("2.35", true);
  }
}
