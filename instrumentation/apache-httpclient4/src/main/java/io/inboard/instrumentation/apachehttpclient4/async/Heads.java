// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.Attempt;
import io.inboard.call.HeaderSink;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpRequest;
import org.apache.http.message.BasicHttpEntityEnclosingRequest;
import org.apache.http.message.BasicHttpRequest;

/** What goes on the wire: a copy, so that the application's request is as it was. */
final class Heads {
  private Heads() {}

  /** The same request with the attempt's headers. */
  static HttpRequest of(HttpRequest own, Attempt attempt) {
    HttpRequest head = copy(own);
    head.setHeaders(own.getAllHeaders());
    attempt.writeHeaders(
        new HeaderSink() {
          @Override
          public void set(String name, String value) {
            head.setHeader(name, value);
          }

          @Override
          public void remove(String name) {
            head.removeHeaders(name);
          }
        });
    return head;
  }

  private static HttpRequest copy(HttpRequest own) {
    if (own instanceof HttpEntityEnclosingRequest enclosing) {
      BasicHttpEntityEnclosingRequest head =
          new BasicHttpEntityEnclosingRequest(own.getRequestLine());
      head.setEntity(enclosing.getEntity());
      return head;
    }
    return new BasicHttpRequest(own.getRequestLine());
  }
}
