// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

/**
 * Whether a text that cannot be parsed, or not be held in memory, asks for STRICT or authorization
 * outside of comments. It is not understood but looked at, character by character and in constant
 * memory; on doubt it asks. One thread.
 */
final class SecurityWords {
  private static final String STRICT = "strict";
  private static final String AUTHORIZATION = "authorization";

  private boolean begun;
  private boolean json;
  private boolean comment;
  private boolean quoted;
  private char before = '\n';
  private final char[] word = new char[AUTHORIZATION.length()];

  /** Longer than {@link #word}: it is none of the two. */
  private int length;

  private boolean strict;
  private boolean authorization;

  /** All of a text. */
  static SecurityWords in(CharSequence text) {
    SecurityWords words = new SecurityWords();
    for (int i = 0; i < text.length(); i++) {
      words.next(text.charAt(i));
    }
    words.end();
    return words;
  }

  void next(char c) {
    if (!begun && c > ' ' && c != '\uFEFF') {
      begun = true;
      json = c == '{'; // which has no comments
    }
    if (c == '\n') {
      comment = false;
      quoted = false;
    } else if (c == '"' || c == '\'') {
      quoted = true; // a '#' may be part of what is quoted
    } else if (c == '#' && !json && !quoted && before <= ' ') {
      comment = true;
    }
    boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter && !comment) {
      if (length < word.length) {
        word[length] = Character.toLowerCase(c);
      }
      length++;
    } else {
      end();
    }
    before = c;
  }

  /** After the last character. */
  void end() {
    strict |= is(STRICT);
    authorization |= is(AUTHORIZATION);
    length = 0;
  }

  private boolean is(String wanted) {
    if (length != wanted.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (word[i] != wanted.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  boolean strict() {
    return strict;
  }

  boolean authorization() {
    return authorization;
  }

  /** Of what is secured by these settings, nothing is missing that the text asks for. */
  boolean satisfiedBy(InboundSettings inbound) {
    return (!strict || inbound.anyStrict())
        && (!authorization || !inbound.authorization().isEmpty());
  }
}
