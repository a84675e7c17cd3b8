// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.OutboundRequest;

/** URLs as spans show them: without credentials. */
final class Urls {
  /** Query parameters whose values give access; the list of OpenTelemetry's url.full, and AWS's. */
  private static final String[] SECRET_PARAMETERS = {
    "AWSAccessKeyId",
    "Signature",
    "sig",
    "X-Goog-Signature",
    "X-Amz-Signature",
    "X-Amz-Credential",
    "X-Amz-Security-Token"
  };

  private static final String REDACTED = "REDACTED";

  private Urls() {}

  /** The absolute URL of a call. */
  static String full(OutboundRequest request) {
    String given = request.url();
    return isFull(given, request)
        ? given
        : full(request.scheme(), request.host(), request.port(), request.target());
  }

  /** Whether this is what {@link #full} would put together anew: no query, and nothing to hide. */
  private static boolean isFull(String url, OutboundRequest request) {
    String scheme = request.scheme();
    String host = request.host();
    int at = scheme.length();
    if (host.isEmpty() || !url.startsWith(scheme) || !url.startsWith("://", at)) {
      return false;
    }
    at += "://".length();
    if (!url.startsWith(host, at)) {
      return false;
    }
    at += host.length();
    int port = request.port();
    if (!isDefault(scheme, port)) {
      int end = url.indexOf('/', at);
      if (end < 0 || !isPort(url, at, end, port)) {
        return false;
      }
      at = end;
    }
    return at < url.length()
        && url.charAt(at) == '/'
        && url.indexOf('?', at) < 0
        && url.indexOf('#', at) < 0;
  }

  /** Whether a text's {@code [from, to)} is a colon and this port, as it is usually written. */
  private static boolean isPort(String text, int from, int to, int port) {
    int rest = port;
    int at = to - 1;
    for (; rest > 0 && at > from; at--) {
      if (text.charAt(at) != '0' + rest % 10) {
        return false;
      }
      rest /= 10;
    }
    return rest == 0 && at == from && text.charAt(from) == ':';
  }

  /**
   * The absolute URL of a call.
   *
   * @param target path and query, or an absolute URL (as to a proxy)
   */
  static String full(String scheme, String host, int port, String target) {
    String text;
    if (target.startsWith("http://") || target.startsWith("https://")) {
      text = withoutUserInfo(target);
    } else {
      String name = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
      text =
          isDefault(scheme, port)
              ? scheme + "://" + name + target
              : scheme + "://" + name + ":" + port + target;
    }
    int question = text.indexOf('?');
    return question < 0
        ? text
        : text.substring(0, question + 1) + query(text.substring(question + 1));
  }

  private static boolean isDefault(String scheme, int port) {
    return port == (scheme.equals("https") ? 443 : 80);
  }

  private static String withoutUserInfo(String url) {
    int authority = url.indexOf("://") + 3;
    int end = authority;
    while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    int at = url.lastIndexOf('@', end - 1);
    return at < authority
        ? url
        : url.substring(0, authority) + "REDACTED:REDACTED" + url.substring(at);
  }

  /** Without a text for each parameter. */
  private static boolean isSecret(String query, int from, int to) {
    for (String secret : SECRET_PARAMETERS) {
      if (secret.length() == to - from && query.startsWith(secret, from)) {
        return true;
      }
    }
    return false;
  }

  /** A query with the values of secret parameters replaced. */
  static String query(String query) {
    if (query.indexOf('=') < 0) {
      return query;
    }
    StringBuilder text = null;
    int from = 0;
    int copied = 0;
    while (from <= query.length()) {
      int ampersand = query.indexOf('&', from);
      int to = ampersand < 0 ? query.length() : ampersand;
      int equals = query.indexOf('=', from);
      if (equals > 0 && equals < to && isSecret(query, from, equals)) {
        text = text == null ? new StringBuilder(query.length()) : text;
        text.append(query, copied, equals + 1).append(REDACTED);
        copied = to;
      }
      from = to + 1;
    }
    return text == null ? query : text.append(query, copied, query.length()).toString();
  }
}
