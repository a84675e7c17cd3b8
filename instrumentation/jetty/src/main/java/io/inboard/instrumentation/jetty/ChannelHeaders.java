// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.HeaderSink;
import io.inboard.call.server.Claims;
import java.util.LinkedHashSet;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;

/** Corrects the headers of a request of Jetty 9.4 to 11, before anything has read them. */
final class ChannelHeaders implements HeaderSink {
  /** Whether the fields of a request can be changed themselves, as in 9.4. */
  private static final boolean CHANGE = ChannelMembers.REMOVE_9.isThere();

  private final Object request;

  /** Null while nothing was changed. */
  private Object changed;

  ChannelHeaders(Object request) {
    this.request = request;
  }

  @Override
  public void set(String name, String value) {
    remove(name);
    Object fields = change();
    if (CHANGE) {
      ChannelMembers.ADD_9.call(fields, name, value);
    } else {
      ChannelMembers.ADD_10.call(fields, name, value);
    }
  }

  @Override
  public void remove(String name) {
    Object fields = changed == null ? ChannelMembers.FIELDS.call(request) : changed;
    Set<String> spellings = spellings((Iterable<?>) fields, name);
    if (!spellings.isEmpty()) {
      Object open = change();
      for (String each : spellings) {
        if (CHANGE) {
          ChannelMembers.REMOVE_9.call(open, each);
        } else {
          ChannelMembers.REMOVE_10.call(open, each);
        }
      }
    }
  }

  /** In place of those that the request had, where they are others now. */
  void done() {
    if (changed != null && !CHANGE) {
      ChannelMembers.SET_FIELDS.call(request, changed);
    }
  }

  private Object change() {
    if (changed == null) {
      Object fields = ChannelMembers.FIELDS.call(request);
      changed = CHANGE ? fields : ChannelMembers.COPY_10.call(fields);
    }
    return changed;
  }

  private static Set<String> spellings(Iterable<?> fields, String name) {
    Set<String> found = Set.of();
    for (Object field : fields) {
      String each = ((HttpField) field).getName();
      if (Claims.isSpelling(each, name)) {
        if (found.isEmpty()) {
          found = new LinkedHashSet<>();
        }
        found.add(each);
      }
    }
    return found;
  }

  /** Removes a header from fields that 9.4 gives the application. */
  static void remove(Object fields, String name) {
    if (CHANGE) {
      for (String each : spellings((Iterable<?>) fields, name)) {
        ChannelMembers.REMOVE_9.call(fields, each);
      }
    }
  }
}
