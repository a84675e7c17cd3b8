// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign.app;

import feign.Retryer;

/** The same with Feign's class as the application has made it, which tries three times. */
public final class ChosenRetries extends FeignCalls {
  @Override
  Retryer retryer() {
    return new Retryer.Default(1, 1, 3);
  }
}
