// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/**
 * A request with a body.
 *
 * @param method for instance {@code POST}
 * @param headers without Host, Content-Length and Connection, which the client writes
 * @param body may be written more than once
 */
public record HttpRequest(String method, Map<String, List<String>> headers, Body body) {
  /** What is sent; its length is known before. */
  public interface Body {
    /** In bytes. */
    int length();

    /** Writes exactly so many bytes; does not close. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * The head of it.
   *
   * @param target of the request line
   * @param host of the header Host
   * @throws IllegalArgumentException when a header cannot be sent as it is; its value may be a
   *     secret and is not in the message
   */
  String head(String target, String host) {
    StringBuilder head = new StringBuilder(512);
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    line(head, "Host", host);
    line(head, "Content-Length", Integer.toString(body.length()));
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      for (String value : header.getValue()) {
        line(head, header.getKey(), value);
      }
    }
    return head.append("\r\n").toString();
  }

  private static void line(StringBuilder head, String name, String value) {
    if (!isToken(name) || !isSendable(value)) {
      throw new IllegalArgumentException(
          isToken(name)
              ? "the header " + name + " has a character that HTTP cannot carry"
              : "a header's name is not one");
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }

  private static boolean isToken(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c <= ' ' || c > '~' || c == ':') {
        return false;
      }
    }
    return !name.isEmpty();
  }

  private static boolean isSendable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c > '~') {
        return false;
      }
    }
    return true;
  }
}
