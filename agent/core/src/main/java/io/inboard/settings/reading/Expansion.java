// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import java.util.Map;

/**
 * Environment variables in scalars: <code>${NAME}</code>, <code>${NAME:default}</code> (the default
 * may hold further ones), and a doubled dollar before a brace for a literal one. The scalars of the
 * parsed document are expanded, so a variable's value can bring in no structure; it is not expanded
 * again.
 */
final class Expansion {
  private final Map<String, String> environment;

  Expansion(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * @throws Undefined with a message for the user
   */
  String expand(String text) throws Undefined {
    int start = text.indexOf("${");
    if (start < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (start >= 0) {
      if (start > at && text.charAt(start - 1) == '$') {
        out.append(text, at, start - 1).append("${");
        at = start + 2;
      } else {
        int end = closing(text, start);
        out.append(text, at, start).append(value(text.substring(start + 2, end)));
        at = end + 1;
      }
      start = text.indexOf("${", at);
    }
    return out.append(text, at, text.length()).toString();
  }

  private String value(String inside) throws Undefined {
    int colon = inside.indexOf(':');
    String name = colon < 0 ? inside : inside.substring(0, colon);
    if (!isName(name)) {
      throw new Undefined("'${" + inside + "}' does not name an environment variable");
    }
    String value = environment.get(name);
    if (value != null) {
      return value;
    }
    if (colon < 0) {
      throw new Undefined("the environment variable " + name + " is not set");
    }
    return expand(inside.substring(colon + 1));
  }

  private static boolean isName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '_' && c != '.' && c != '-' && !Character.isLetterOrDigit(c)) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  private static int closing(String text, int start) throws Undefined {
    int depth = 0;
    for (int i = start; i < text.length(); i++) {
      if (text.startsWith("${", i)) {
        depth++;
        i++;
      } else if (text.charAt(i) == '}' && --depth == 0) {
        return i;
      }
    }
    throw new Undefined("'${' is not closed with '}'");
  }

  /** A variable that is not there. */
  static final class Undefined extends Exception {
    private static final long serialVersionUID = 1L;

    Undefined(String message) {
      super(message, null, false, false);
    }
  }
}
