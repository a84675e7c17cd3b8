// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

final class SpansTest {
  /** Wire type 2. */
  private static byte[] field(int number, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream field = new ByteArrayOutputStream();
    field.write(number << 3 | 2);
    int length = content.size();
    for (; length > 127; length >>= 7) {
      field.write(length & 127 | 128);
    }
    field.write(length);
    field.writeBytes(content.toByteArray());
    return field.toByteArray();
  }

  private static final byte[] RESOURCE = field(1, field(1, "service.name".getBytes(UTF_8)));

  /** With a number and an eight-byte field inside, and long enough for a length of two bytes. */
  private static final byte[] SPAN =
      field(2, new byte[] {3 << 3, 5, 7 << 3 | 1, 0, 0, 0, 0, 0, 0, 0, 0}, field(5, new byte[200]));

  @Test
  void spansOfAllScopesAndResourcesCount() {
    byte[] scope = field(2, field(1, new byte[3]), SPAN, SPAN);
    byte[] url = field(3, "https://schema".getBytes(UTF_8));
    byte[] resourceSpans = field(1, RESOURCE, scope, scope, url);
    byte[] other = field(1, RESOURCE, field(2, SPAN));

    assertThat(Spans.count(field(1))).isZero();
    assertThat(Spans.count(resourceSpans)).isEqualTo(4);
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(resourceSpans);
    both.writeBytes(other);
    assertThat(Spans.count(both.toByteArray())).isEqualTo(5);
  }
}
