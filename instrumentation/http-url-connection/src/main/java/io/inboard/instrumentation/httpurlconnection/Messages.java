// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Attempt;
import io.inboard.call.HeaderSink;
import java.io.IOException;
import sun.net.www.MessageHeader;
import sun.net.www.http.HttpClient;
import sun.net.www.protocol.http.HttpURLConnection;

/** Heads of requests and responses, as the JDK keeps them: the first line has no key of its own. */
final class Messages {
  private Messages() {}

  /**
   * A copy of a request's head with an attempt's headers, so that none of them stays for the next
   * attempt or shows in the application's request properties; null for what is no request of the
   * application.
   */
  static MessageHeader copy(MessageHeader head, Attempt attempt) {
    String requestLine = head.getKey(0);
    if (requestLine == null || requestLine.startsWith("CONNECT ")) {
      return null;
    }
    MessageHeader copy = new MessageHeader();
    String key = requestLine;
    for (int i = 0; key != null; key = head.getKey(++i)) {
      copy.add(key, head.getValue(i));
    }
    attempt.writeHeaders(
        new HeaderSink() {
          @Override
          public void set(String name, String value) {
            copy.set(name, value);
          }

          @Override
          public void remove(String name) {
            copy.remove(name);
          }
        });
    return copy;
  }

  /** The status of "HTTP/1.1 200 OK", which has no key; -1 if that is not what came. */
  static int status(MessageHeader responses) {
    String line = responses.getValue(0);
    int space = line == null || !line.startsWith("HTTP/") ? -1 : line.indexOf(' ');
    if (space < 0 || line.length() < space + 4) {
      return -1;
    }
    try {
      return Integer.parseInt(line, space + 1, space + 4, 10);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** The version of a line that has a {@link #status}. */
  static String version(MessageHeader responses) {
    String line = responses.getValue(0);
    return line.substring("HTTP/".length(), line.indexOf(' '));
  }

  /** The length that a response's head tells; -1: none. */
  static long length(MessageHeader responses) {
    String value = responses.findValue("Content-Length");
    try {
      return value == null ? -1 : Long.parseLong(value);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * Discards a response that will not be read; its connection is kept where that costs no wait, for
   * others to take.
   */
  static void discard(HttpURLConnection connection) {
    HttpClient client = Internals.http(connection);
    Internals.unconnected(connection);
    MessageHeader responses = Internals.responses(connection);
    int status = status(responses);
    if (connection.getRequestMethod().equals("HEAD")
        || status == 204
        || status == 304
        || "0".equals(responses.findValue("Content-Length"))) {
      client.finished();
      return;
    }
    try {
      client.getInputStream().close();
    } catch (IOException e) {
      client.closeServer();
    }
  }
}
