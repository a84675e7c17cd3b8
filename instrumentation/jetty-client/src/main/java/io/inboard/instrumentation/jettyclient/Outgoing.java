// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.HeaderSink;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpVersion;

/**
 * The headers of a hop's request, which all its attempts and the hop after it share: what an
 * attempt sets is taken back before the next one, and before Jetty copies the request for another
 * hop. Guarded by this: an attempt may be taken back while a timer ends it.
 */
final class Outgoing implements HeaderSink {
  private final Object request;
  private final Iterable<HttpField> fields;

  /** What ALPN may choose among, in Jetty's words; null: nothing. */
  private final Object choice;

  /** Of the request, once an attempt leaves it to ALPN; else null. */
  private HttpVersion version;

  /** What attempts have changed: the name, and the application's fields of it. */
  private final List<Changed> changed = new ArrayList<>(4);

  private record Changed(String name, List<HttpField> fields) {}

  Outgoing(HttpClient client, Object request) {
    this.request = request;
    this.fields = Jetty.headers(request);
    this.choice = Jetty.HAS_PROTOCOLS ? Dynamic.choice(client, request) : null;
  }

  /**
   * What the next attempt may speak below our TLS, in Jetty's words; null: what it would speak
   * without TLS.
   */
  synchronized Object choice() {
    if (choice != null && version == null) {
      version = (HttpVersion) Members.VERSION.call(request);
    }
    return choice;
  }

  @Override
  public synchronized void set(String name, String value) {
    remember(name);
    Headers.put(fields, name, value);
  }

  @Override
  public synchronized void remove(String name) {
    remember(name);
    Headers.remove(fields, name);
  }

  private void remember(String name) {
    if (find(name) == null) {
      List<HttpField> own = new ArrayList<>(1);
      for (HttpField field : fields) {
        if (field.getName().equalsIgnoreCase(name)) {
          own.add(field);
        }
      }
      changed.add(new Changed(name, own));
    }
  }

  private Changed find(String name) {
    for (Changed each : changed) {
      if (each.name.equalsIgnoreCase(name)) {
        return each;
      }
    }
    return null;
  }

  /** The application's values of a header. */
  synchronized List<String> own(String name) {
    Changed before = find(name);
    return Headers.values(before == null ? fields : before.fields, name);
  }

  /** The request is as the application made it, and Jetty completed it. */
  synchronized void takeBack() {
    for (Changed each : changed) {
      Headers.remove(fields, each.name);
      each.fields.forEach(field -> Headers.add(fields, field));
    }
    changed.clear();
    if (version != null) {
      Dynamic.forgetVersion(request, version);
    }
  }

  /** Says who is asked, where Jetty would name the endpoint that it connects to. */
  synchronized void nameHost(Object asked) {
    if (!Jetty.isHttp1(request)
        || Headers.has(fields, "host")
        || Jetty.method(request).equalsIgnoreCase("CONNECT")) {
      return;
    }
    URI uri = Jetty.uri(request);
    String authority = uri == null ? null : uri.getRawAuthority();
    Headers.put(
        fields,
        "Host",
        authority == null || authority.indexOf('@') >= 0
            ? ((HttpField) Members.HOST_FIELD.call(asked)).getValue()
            : authority);
  }
}
