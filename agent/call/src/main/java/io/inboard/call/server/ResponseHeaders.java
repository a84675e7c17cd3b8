// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import io.inboard.call.HeaderSink;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * The headers of a response: the mesh adds to them, and what the application has set stays.
 *
 * @param has whether a header of this name is there
 * @param add adds one that is not
 */
public record ResponseHeaders(Predicate<String> has, BiConsumer<String, String> add)
    implements HeaderSink {
  @Override
  public void set(String name, String value) {
    if (!has.test(name)) {
      add.accept(name, value);
    }
  }

  @Override
  public void remove(String name) {}
}
