// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes of a protobuf message as they are written, in an array that grows and is used again. Knows
 * the wire format (protobuf.dev/programming-guides/encoding) and, of OTLP, what an attribute looks
 * like. For one thread at a time.
 */
final class ProtoBuffer {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;

  /** KeyValue: {@code key = 1}, {@code value = 2}; AnyValue: its text and its number. */
  private static final int KEY = 1;

  private static final int VALUE = 2;
  private static final int STRING_VALUE = 1;
  private static final int INT_VALUE = 3;

  private static final int MOST_VARINT = 10;

  private byte[] bytes;
  private int length;

  ProtoBuffer(int capacity) {
    this.bytes = new byte[capacity];
  }

  /** What was written; only the first {@link #length} bytes count. Not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  byte[] toByteArray() {
    return from(0);
  }

  /** What was written since the length was this. */
  byte[] from(int before) {
    return Arrays.copyOfRange(bytes, before, length);
  }

  /** The name of an attribute as the first field of its KeyValue. */
  static byte[] keyOf(String name) {
    ProtoBuffer key = new ProtoBuffer(2 + MOST_VARINT + name.length());
    key.string(KEY, name);
    return key.toByteArray();
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  private void tag(int field, int type) {
    raw(field << 3 | type);
  }

  private void raw(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  /** How many bytes a varint takes. */
  static int sizeOf(long value) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(value | 1);
    return (bits + 6) / 7;
  }

  void varint(int field, long value) {
    room(2 * MOST_VARINT);
    tag(field, VARINT);
    raw(value);
  }

  void fixed64(int field, long value) {
    room(MOST_VARINT + Long.BYTES);
    tag(field, FIXED_64);
    little(value, Long.BYTES);
  }

  void fixed32(int field, int value) {
    room(MOST_VARINT + Integer.BYTES);
    tag(field, FIXED_32);
    little(value, Integer.BYTES);
  }

  private void little(long value, int count) {
    for (int i = 0; i < count; i++) {
      bytes[length++] = (byte) (value >>> 8 * i);
    }
  }

  /** An id of eight bytes. */
  void id(int field, long value) {
    room(2 * MOST_VARINT + Long.BYTES);
    tag(field, LENGTH_DELIMITED);
    raw(Long.BYTES);
    big(value);
  }

  /** An id of sixteen bytes. */
  void id(int field, long high, long low) {
    room(2 * MOST_VARINT + 2 * Long.BYTES);
    tag(field, LENGTH_DELIMITED);
    raw(2 * Long.BYTES);
    big(high);
    big(low);
  }

  private void big(long value) {
    for (int i = Long.BYTES - 1; i >= 0; i--) {
      bytes[length++] = (byte) (value >>> 8 * i);
    }
  }

  /** A text as UTF-8. What is half of a character is a question mark, as in {@code getBytes}. */
  void string(int field, String text) {
    int size = text.length();
    room(2 * MOST_VARINT + size);
    int before = length;
    tag(field, LENGTH_DELIMITED);
    raw(size);
    if (!ascii(text)) {
      length = before;
      bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Writes a text whose size there is room for; false if it is not ASCII: the bytes are wrong. */
  private boolean ascii(String text) {
    byte[] to = bytes;
    int at = length;
    int all = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      all |= c;
      to[at++] = (byte) c;
    }
    length = at;
    return all < 0x80;
  }

  void bytes(int field, byte[] value) {
    room(2 * MOST_VARINT + value.length);
    tag(field, LENGTH_DELIMITED);
    raw(value.length);
    copy(value);
  }

  /** Bytes as they are: fields that were written elsewhere. */
  void fields(byte[] encoded) {
    room(encoded.length);
    copy(encoded);
  }

  private void copy(byte[] value) {
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  /**
   * An attribute whose value is a text.
   *
   * @param key see {@link #keyOf}
   */
  void attribute(int field, byte[] key, String value) {
    int size = value.length();
    int any = 1 + sizeOf(size) + size;
    int pair = key.length + 1 + sizeOf(any) + any;
    room(4 * MOST_VARINT + pair);
    int before = length;
    tag(field, LENGTH_DELIMITED);
    raw(pair);
    copy(key);
    tag(VALUE, LENGTH_DELIMITED);
    raw(any);
    tag(STRING_VALUE, LENGTH_DELIMITED);
    raw(size);
    if (!ascii(value)) {
      length = before;
      int outer = begin(field);
      fields(key);
      int inner = begin(VALUE);
      bytes(STRING_VALUE, value.getBytes(StandardCharsets.UTF_8));
      end(inner);
      end(outer);
    }
  }

  /**
   * An attribute whose value is a number.
   *
   * @param key see {@link #keyOf}
   */
  void attribute(int field, byte[] key, long value) {
    int any = 1 + sizeOf(value);
    int pair = key.length + 2 + any;
    room(4 * MOST_VARINT + pair);
    tag(field, LENGTH_DELIMITED);
    raw(pair);
    copy(key);
    tag(VALUE, LENGTH_DELIMITED);
    raw(any);
    tag(INT_VALUE, VARINT);
    raw(value);
  }

  /**
   * Begins a message inside this one. Its length is not known yet: two bytes are kept for it, which
   * is right for nearly all.
   *
   * @return what {@link #end} wants
   */
  int begin(int field) {
    room(2 * MOST_VARINT);
    tag(field, LENGTH_DELIMITED);
    length += 2;
    return length;
  }

  /** Ends the message that was begun. */
  void end(int begun) {
    int size = length - begun;
    int digits = sizeOf(size);
    if (digits != 2) {
      room(MOST_VARINT);
      System.arraycopy(bytes, begun, bytes, begun - 2 + digits, size);
    }
    length = begun - 2;
    raw(size);
    length += size;
  }
}
