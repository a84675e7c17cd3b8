// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import java.util.Set;

/** URLs as spans show them: without credentials. */
final class Urls {
  /** Query parameters whose values give access; the list of OpenTelemetry's url.full, and AWS's. */
  private static final Set<String> SECRET_PARAMETERS =
      Set.of(
          "AWSAccessKeyId",
          "Signature",
          "sig",
          "X-Goog-Signature",
          "X-Amz-Signature",
          "X-Amz-Credential",
          "X-Amz-Security-Token");

  private static final String REDACTED = "REDACTED";

  private Urls() {}

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
      if (equals > 0 && equals < to && SECRET_PARAMETERS.contains(query.substring(from, equals))) {
        text = text == null ? new StringBuilder(query.length()) : text;
        text.append(query, copied, equals + 1).append(REDACTED);
        copied = to;
      }
      from = to + 1;
    }
    return text == null ? query : text.append(query, copied, query.length()).toString();
  }
}
