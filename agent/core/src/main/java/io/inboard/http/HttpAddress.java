// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import java.net.IDN;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * An {@code http} or {@code https} URL, taken apart as a request needs it. A name and password in
 * it are left out: nothing here ever sends or prints them.
 *
 * @param secure whether by TLS
 * @param host a name in ASCII, or an address; IPv6 without brackets
 * @param port the URL's, or the scheme's own
 * @param target path and query, in ASCII
 */
record HttpAddress(boolean secure, String host, int port, String target) {
  /**
   * Takes a URL apart. Not by {@link URI#getHost}, which knows no host with an underscore, as
   * Docker Compose names them.
   *
   * @throws IllegalArgumentException when it is no such URL; its text is not in the message
   */
  static HttpAddress of(URI uri) {
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    String authority = uri.getRawAuthority();
    if (authority == null || (!secure && !"http".equalsIgnoreCase(uri.getScheme()))) {
      throw new IllegalArgumentException("not an http:// or https:// address with a host");
    }
    String hostAndPort = authority.substring(authority.lastIndexOf('@') + 1);
    int bracket = hostAndPort.lastIndexOf(']');
    int colon = hostAndPort.indexOf(':', bracket + 1);
    String host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
    String port = colon < 0 ? "" : hostAndPort.substring(colon + 1);
    if (bracket > 0 && host.startsWith("[")) {
      host = host.substring(1, bracket);
    } else if (!isAscii(host)) {
      host = IDN.toASCII(host);
    }
    if (host.isEmpty()) {
      throw new IllegalArgumentException("an address without a host");
    }
    return new HttpAddress(secure, host, port(port, secure), target(uri));
  }

  private static int port(String text, boolean secure) {
    if (text.isEmpty()) {
      return secure ? 443 : 80;
    }
    int port;
    try {
      port = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      port = 0;
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("an address whose port is not one");
    }
    return port;
  }

  private static String target(URI uri) {
    String path = uri.getRawPath();
    String query = uri.getRawQuery();
    String target = path == null || path.isEmpty() ? "/" : path;
    return ascii(query == null ? target : target + '?' + query);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  /** With what a URI may hold beyond ASCII as the escapes of its UTF-8. */
  private static String ascii(String text) {
    if (isAscii(text)) {
      return text;
    }
    StringBuilder escaped = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b >= 0) {
        escaped.append((char) b);
      } else {
        escaped.append('%').append(Integer.toHexString(b & 0xff));
      }
    }
    return escaped.toString();
  }

  /** Host and port as the header {@code Host} has them: without the scheme's own port. */
  String authority() {
    return port == (secure ? 443 : 80) ? bracketed() : hostAndPort();
  }

  /**
   * Scheme, host and port alone, as a proxy selector is asked: it is the application's, perhaps,
   * and what else stands in the URL (a password, a key in its query) is none of its business.
   */
  URI origin() {
    return URI.create((secure ? "https://" : "http://") + authority());
  }

  /** Host and port as CONNECT and messages have them. */
  String hostAndPort() {
    return bracketed() + ':' + port;
  }

  private String bracketed() {
    return host.indexOf(':') < 0 ? host : '[' + host + ']';
  }
}
