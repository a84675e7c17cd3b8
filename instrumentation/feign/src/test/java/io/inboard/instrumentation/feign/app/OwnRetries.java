// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign.app;

import feign.RetryableException;
import feign.Retryer;

/** The same with a class of the application's own, which tries twice. */
public final class OwnRetries extends FeignCalls {
  @Override
  Retryer retryer() {
    return new Twice();
  }

  private static final class Twice implements Retryer {
    private boolean again;

    @Override
    public void continueOrPropagate(RetryableException failure) {
      if (again) {
        throw failure;
      }
      again = true;
    }

    @Override
    @SuppressWarnings("MissingSuperCall")
    public Retryer clone() {
      return new Twice();
    }
  }
}
