// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.Metadata;
import io.inboard.call.HeaderSink;
import java.util.ArrayList;
import java.util.List;

/**
 * Metadata as headers; binary ones are nobody's but the application's.
 *
 * @param bounded whether the server is told how long an answer is of use: it would end a stream
 *     then
 */
record Headers(Metadata metadata, boolean bounded) implements HeaderSink {
  private static final String TIMEOUT = "grpc-timeout";

  @Override
  public void set(String name, String value) {
    if (!bounded && name.equals(TIMEOUT)) {
      return;
    }
    Metadata.Key<String> key = key(name);
    metadata.discardAll(key);
    metadata.put(key, value);
  }

  @Override
  public void remove(String name) {
    metadata.discardAll(key(name));
  }

  static List<String> all(Metadata metadata, String name) {
    if (name.isEmpty() || name.startsWith(":") || name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      return List.of();
    }
    Iterable<String> values = metadata.getAll(key(name));
    if (values == null) {
      return List.of();
    }
    List<String> all = new ArrayList<>(1);
    values.forEach(all::add);
    return all;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
