// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.InboundSettings;
import io.inboard.settings.document.Node;

/**
 * Whether a text that cannot be parsed, or not be held in memory, asks for STRICT or authorization
 * outside of comments. It is not understood but looked at, character by character and in constant
 * memory; on doubt it asks. One thread.
 *
 * <p>Where the text has been parsed, its words alone count ({@link #satisfiedBy}); where it has
 * not, that it speaks of who may come in is enough ({@link #asks}), since a variable or a part that
 * is missing may hold the word.
 */
public final class SecurityWords {
  private static final String STRICT = "strict";
  private static final String AUTHORIZATION = "authorization";
  private static final String[] NAMES = {"inbound", "mtls", AUTHORIZATION};

  private boolean begun;
  private boolean json;
  private boolean comment;
  private boolean quoted;
  private char before = '\n';
  private final char[] word = new char[AUTHORIZATION.length()];

  /** Longer than {@link #word}: it is none of the two. */
  private int length;

  /** How much of an escape has been read: -1 none, 0 the backslash; else its digits to come. */
  private int escape = -1;

  private int escaped;

  /** A backslash ended the line, and its blanks are passed. */
  private boolean joined;

  /** The last letters, of whatever word; those of {@link #NAMES} are found within words. */
  private final StringBuilder last = new StringBuilder();

  private boolean strict;
  private boolean authorization;
  private boolean named;

  /** All of a text. */
  public static SecurityWords in(CharSequence text) {
    SecurityWords words = new SecurityWords();
    for (int i = 0; i < text.length(); i++) {
      words.next(text.charAt(i));
    }
    words.end();
    return words;
  }

  /** For text that cannot be read: it may ask for anything. */
  public static SecurityWords doubt() {
    SecurityWords words = new SecurityWords();
    words.named = true;
    return words;
  }

  /** All keys and values of a text that was parsed, with its variables, as far as they are set. */
  void in(Node node, Expansion expansion) {
    if (node instanceof Node.Mapping mapping) {
      mapping
          .entries()
          .forEach(
              (key, entry) -> {
                value(key);
                in(entry.value(), expansion);
              });
    } else if (node instanceof Node.Sequence sequence) {
      sequence.items().forEach(item -> in(item, expansion));
    } else if (node instanceof Node.Scalar scalar) {
      value(scalar.text());
      try {
        value(expansion.expand(scalar.text()));
      } catch (Expansion.Undefined e) {
        // What is written there was seen.
      }
    }
  }

  private void value(String text) {
    comment = false;
    for (int i = 0; i < text.length(); i++) {
      letter(text.charAt(i));
    }
    end();
  }

  /** The text's next character. */
  public void next(char c) {
    if (escape >= 0) {
      escaped(c);
    } else if (c == '\\' && !comment) {
      escape = 0;
      escaped = 0;
    } else {
      plain(c);
    }
  }

  /** JSON and quoted YAML write a letter as <code>&#92;u0053</code> or <code>&#92;x53</code>. */
  private void escaped(char c) {
    if (escape == 0) {
      joined |= c <= ' ';
      if (c > ' ' && joined) {
        escape = -1;
        joined = false;
        next(c); // A word goes on in the next line, after its blanks.
      } else if (c > ' ') {
        escape = c == 'u' ? 4 : c == 'x' ? 2 : c == 'U' ? 8 : -1;
        if (escape < 0) {
          plain(' ');
        }
      }
      return;
    }
    int digit = Character.digit(c, 16);
    if (digit < 0) {
      escape = -1;
      plain(c);
    } else {
      escaped = escaped * 16 + digit;
      if (--escape == 0) {
        escape = -1;
        letter((char) Math.min(escaped, 0xffff));
      }
    }
  }

  private void plain(char c) {
    if (!begun && c > ' ' && c != '\uFEFF') {
      begun = true;
      json = c == '{'; // which has no comments
    }
    // YAML ends a line, and a comment with it, at each of these.
    if (c == '\n' || c == '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029') {
      comment = false;
      quoted = false;
    } else if (c == '"' || c == '\'') {
      quoted = true; // a '#' may be part of what is quoted
    } else if (c == '#' && !json && !quoted && before <= ' ') {
      comment = true;
    }
    letter(c);
    before = c;
  }

  private void letter(char c) {
    if ((c < ' ' && c != '\t' && c != '\n' && c != '\r')
        || (c > '~' && Character.getType(c) == Character.FORMAT)) {
      return; // Invisible within a word; UTF-16 read as ASCII has one after each letter.
    }
    boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter && !comment) {
      char lower = Character.toLowerCase(c);
      if (length < word.length) {
        word[length] = lower;
      }
      length++;
      name(lower);
    } else {
      end();
    }
  }

  private void name(char lower) {
    if (named) {
      return;
    }
    if (last.length() == 64) {
      last.delete(0, 64 - word.length);
    }
    last.append(lower);
    for (String name : NAMES) {
      int from = last.length() - name.length();
      named |= from >= 0 && last.indexOf(name, from) == from;
    }
  }

  /** After the last character. */
  public void end() {
    strict |= is(STRICT);
    authorization |= is(AUTHORIZATION);
    length = 0;
    last.setLength(0);
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

  /** Of a text that was not parsed: whether it may ask for anything. */
  public boolean asks() {
    return named || strict || authorization;
  }

  /** Of what is secured by these settings, nothing is missing that the text asks for. */
  public boolean satisfiedBy(InboundSettings inbound) {
    return (!strict || inbound.anyStrict())
        && (!authorization || !inbound.authorization().isEmpty());
  }
}
