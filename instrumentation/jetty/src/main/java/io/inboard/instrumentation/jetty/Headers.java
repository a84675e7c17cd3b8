// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.HeaderSink;
import io.inboard.call.server.Claims;
import java.util.Iterator;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/** Corrects headers that cannot be changed, in a copy that is made at the first change. */
final class Headers implements HeaderSink {
  private final HttpFields sent;

  /** Null while there is nothing to change. */
  private HttpFields.Mutable copy;

  Headers(HttpFields sent) {
    this.sent = sent;
  }

  /** The copy, unchanging; null if nothing was changed. */
  HttpFields changed() {
    return copy == null ? null : copy.asImmutable();
  }

  @Override
  public void set(String name, String value) {
    remove(name);
    copy().add(name, value);
  }

  @Override
  public void remove(String name) {
    if (copy != null || has(sent, name)) {
      for (Iterator<HttpField> fields = copy().iterator(); fields.hasNext(); ) {
        if (Claims.isSpelling(fields.next().getName(), name)) {
          fields.remove();
        }
      }
    }
  }

  private HttpFields.Mutable copy() {
    if (copy == null) {
      copy = HttpFields.build(sent);
    }
    return copy;
  }

  private static boolean has(HttpFields fields, String name) {
    for (HttpField field : fields) {
      if (Claims.isSpelling(field.getName(), name)) {
        return true;
      }
    }
    return false;
  }

  /** Headers without one, in all its spellings. */
  static HttpFields without(HttpFields fields, String name) {
    Headers kept = new Headers(fields);
    kept.remove(name);
    HttpFields changed = kept.changed();
    return changed == null ? fields : changed;
  }
}
