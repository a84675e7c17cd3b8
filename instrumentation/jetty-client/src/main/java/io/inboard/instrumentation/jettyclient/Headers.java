// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpField;

/** The headers of a message, which are no collection of the same class in all versions. */
final class Headers {
  private Headers() {}

  static boolean has(Iterable<HttpField> fields, String name) {
    for (HttpField field : fields) {
      if (field.getName().equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  static List<String> values(Iterable<HttpField> fields, String name) {
    List<String> values = List.of();
    for (HttpField field : fields) {
      if (field.getName().equalsIgnoreCase(name)) {
        if (values.isEmpty()) {
          values = new ArrayList<>(1);
        }
        values.add(field.getValue());
      }
    }
    return values;
  }

  /** A length; -1: none. */
  static long length(Iterable<HttpField> fields) {
    for (HttpField field : fields) {
      if (field.getName().equalsIgnoreCase("content-length")) {
        return field.getLongValue();
      }
    }
    return -1;
  }

  static void put(Object fields, String name, String value) {
    Members.PUT.call(fields, name, value);
  }

  static void add(Object fields, HttpField field) {
    Members.ADD.call(fields, field);
  }

  static void remove(Object fields, String name) {
    Members.REMOVE.call(fields, name);
  }
}
