// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Step;

/** What the application saw. */
public record Result(
    int status, Throwable error, Step.Refuse refused, int attempts, Step.Answer answer) {
  /** 2xx. */
  public boolean ok() {
    return status >= 200 && status < 300;
  }
}
