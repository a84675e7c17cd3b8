// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import org.junit.jupiter.api.Nested;

/** The oldest version that Spring Boot still ships, and the newest, of each line. */
final class TomcatTest {
  @Nested
  final class Oldest9 extends TomcatContract {
    Oldest9() {
      super("9.0.83");
    }
  }

  @Nested
  final class Newest9 extends TomcatContract {
    Newest9() {
      super("9.0.123");
    }
  }

  @Nested
  final class Oldest10 extends TomcatContract {
    Oldest10() {
      super("10.1.55");
    }
  }

  @Nested
  final class Newest10 extends TomcatContract {
    Newest10() {
      super("10.1.61");
    }
  }

  @Nested
  final class Oldest11 extends TomcatContract {
    Oldest11() {
      super("11.0.24");
    }
  }

  @Nested
  final class Newest11 extends TomcatContract {
    Newest11() {
      super("11.0.27");
    }
  }
}
