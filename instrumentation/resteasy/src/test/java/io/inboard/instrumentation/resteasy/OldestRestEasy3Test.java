// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.resteasy;

/** With names of {@code javax}, and results and types of its own. */
final class OldestRestEasy3Test extends RestEasyContract {
  OldestRestEasy3Test() {
    super("3.15.6.Final", true);
  }
}
