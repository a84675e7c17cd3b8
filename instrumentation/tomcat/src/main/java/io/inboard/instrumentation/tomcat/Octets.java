// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Bytes of a message as characters, each byte one (ISO 8859-1), where they lie. Good until Tomcat
 * reads on.
 */
record Octets(byte[] buffer, int start, int length) implements CharSequence {
  @Override
  public char charAt(int index) {
    return (char) (buffer[start + Objects.checkIndex(index, length)] & 0xff);
  }

  @Override
  public CharSequence subSequence(int from, int to) {
    Objects.checkFromToIndex(from, to, length);
    return new Octets(buffer, start + from, to - from);
  }

  @Override
  public String toString() {
    return new String(buffer, start, length, StandardCharsets.ISO_8859_1);
  }
}
