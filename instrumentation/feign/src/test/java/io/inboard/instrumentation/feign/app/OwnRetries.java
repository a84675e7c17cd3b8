// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign.app;

import feign.RetryableException;
import feign.Retryer;

/** The same with a class of the application's own, which tries three times. */
public final class OwnRetries extends FeignCalls {
  @Override
  Retryer retryer() {
    return new Thrice();
  }

  private static final class Thrice implements Retryer {
    private int repeated;

    @Override
    public void continueOrPropagate(RetryableException failure) {
      if (++repeated == 3) {
        throw failure;
      }
    }

    @Override
    @SuppressWarnings("MissingSuperCall")
    public Retryer clone() {
      return new Thrice();
    }
  }
}
