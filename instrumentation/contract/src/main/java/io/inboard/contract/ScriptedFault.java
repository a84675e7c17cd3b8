// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

/** What a scripted core throws where it may not, because a test asked for it. */
final class ScriptedFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  ScriptedFault(String message) {
    super(message);
  }
}
