// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

/** The demo cannot go on; the message tells a person why. */
public final class DemoException extends Exception {
  private static final long serialVersionUID = 1;

  DemoException(String message) {
    super(message);
  }
}
