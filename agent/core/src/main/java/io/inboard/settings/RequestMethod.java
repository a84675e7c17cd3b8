// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

/**
 * What servers and applications make of the method of a request: they agree on a token (RFC 9110
 * sections 9.1 and 5.6.2). Of {@code DELETE\t} one trims the tab, another one does not. Pure; any
 * thread.
 */
public final class RequestMethod {
  private static final String MARKS = "!#$%&'*+-.^_`|~";

  private RequestMethod() {}

  /** Whether it is one; allocates nothing. */
  public static boolean isToken(String method) {
    for (int i = 0; i < method.length(); i++) {
      char c = method.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !(c >= '0' && c <= '9') && MARKS.indexOf(c) < 0) {
        return false;
      }
    }
    return !method.isEmpty();
  }
}
