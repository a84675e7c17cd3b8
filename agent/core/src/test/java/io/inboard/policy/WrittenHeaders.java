// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.HeaderSink;
import java.util.Map;
import java.util.TreeMap;

/** Headers that were written. */
public final class WrittenHeaders implements HeaderSink {
  public final Map<String, String> set = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  @Override
  public void set(String name, String value) {
    set.put(name, value);
  }

  @Override
  public void remove(String name) {
    set.remove(name);
  }
}
