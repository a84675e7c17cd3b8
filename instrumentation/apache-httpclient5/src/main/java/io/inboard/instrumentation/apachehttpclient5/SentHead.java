// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.HeaderSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpRequest;

/**
 * The head of an attempt while it is written: with our headers, which the application does not find
 * in its request after that. Used by one thread.
 */
final class SentHead implements HeaderSink {
  private final HttpRequest request;
  private final List<String> changed = new ArrayList<>(4);
  private final Header[] own;

  SentHead(HttpRequest request) {
    this.request = request;
    this.own = request.getHeaders();
  }

  @Override
  public void set(String name, String value) {
    changed.add(name);
    request.setHeader(name, value);
  }

  @Override
  public void remove(String name) {
    changed.add(name);
    request.removeHeaders(name);
  }

  /** Since 5.4 the library offers to change over to TLS, which is the mesh's to decide. */
  void leaveOutTls() {
    leaveOutTls(request);
  }

  /** The same of any request. */
  static void leaveOutTls(HttpRequest request) {
    Header upgrade = request.getFirstHeader("Upgrade");
    if (upgrade == null
        || upgrade.getValue() == null
        || !upgrade.getValue().toUpperCase(Locale.ROOT).startsWith("TLS/")) {
      return;
    }
    request.removeHeader(upgrade);
    for (Header header : request.getHeaders("Connection")) {
      if ("upgrade".equalsIgnoreCase(header.getValue())) {
        request.removeHeader(header);
      }
    }
  }

  /** It is written. */
  void restore() {
    for (String name : changed) {
      request.removeHeaders(name);
      for (Header header : own) {
        if (header.getName().equalsIgnoreCase(name)) {
          request.addHeader(header);
        }
      }
    }
  }
}
