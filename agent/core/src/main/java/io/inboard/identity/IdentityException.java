// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

/**
 * Key material that cannot be used. The message says which file, what is wrong and what to do, in
 * one line, and never holds a part of a key.
 */
public final class IdentityException extends Exception {
  private static final long serialVersionUID = 1L;

  IdentityException(String message) {
    super(message);
  }
}
