// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import io.inboard.settings.CanonicalHost;
import java.util.Locale;
import java.util.Optional;

/**
 * A host with or without a port, as a user writes it.
 *
 * @param host in the form of {@link CanonicalHost}; an endpoint's, which is connected to, in lower
 *     case as it stands there, IPv6 without brackets
 * @param port 0: none given
 */
record Address(String host, int port) {
  /**
   * Reads {@code host}, {@code host:port}, {@code 10.0.0.1:80}, {@code [::1]:80}; says what is
   * wrong.
   */
  static Optional<Address> of(Value value, boolean portNeeded, boolean suffixAllowed) {
    Optional<String> given = value.text();
    if (given.isEmpty()) {
      return Optional.empty();
    }
    String text = suffixAllowed ? inAscii(given.get()) : given.get();
    String like =
        portNeeded
            ? "host:port, such as 10.0.0.5:8443 or [::1]:8443"
            : "payments, payments:8080 or *.shop";
    if (text.contains("://") || text.contains("/")) {
      return wrong(value, "must be a host without scheme and path, but was " + value.shown(), like);
    }
    String host;
    String port;
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0 || (end + 1 < text.length() && text.charAt(end + 1) != ':')) {
        return wrong(value, "must be [address]:port, but was " + value.shown(), like);
      }
      host = text.substring(1, end);
      port = end + 1 < text.length() ? text.substring(end + 2) : null;
      if (!host.matches("[0-9a-fA-F:.]{2,45}(%[A-Za-z0-9._-]+)?") || !host.contains(":")) {
        return wrong(value, "has no IPv6 address in its brackets: " + value.shown(), like);
      }
    } else {
      int colon = text.indexOf(':');
      if (colon != text.lastIndexOf(':')) {
        return wrong(
            value,
            "has more than one ':': " + value.shown(),
            "an IPv6 address stands in brackets: [::1]:8443");
      }
      host = colon < 0 ? text : text.substring(0, colon);
      port = colon < 0 ? null : text.substring(colon + 1);
      String name = suffixAllowed && host.startsWith("*.") ? host.substring(2) : host;
      if (!isName(name)) {
        return wrong(value, "is not a host: " + value.shown(), like);
      }
    }
    if (port == null) {
      return portNeeded
          ? wrong(value, "has no port: " + value.shown(), like)
          : Optional.of(new Address(form(host, suffixAllowed), 0));
    }
    int number = number(port);
    if (number < 1 || number > 65535) {
      return wrong(value, "must have a port from 1 to 65535, but was " + value.shown(), like);
    }
    return Optional.of(new Address(form(host, suffixAllowed), number));
  }

  /** What is compared with the hosts of calls, or what is looked up. */
  private static String form(String host, boolean compared) {
    return compared ? CanonicalHost.ofPattern(host) : host.toLowerCase(Locale.ROOT);
  }

  /** A name in another script becomes the one that is looked up. */
  private static String inAscii(String text) {
    int colon = text.indexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    return host.chars().allMatch(c -> c < 0x80)
        ? text
        : CanonicalHost.ofPattern(host) + text.substring(host.length());
  }

  // By hand: a regular expression each was 60 % of what reading 5 MB of endpoints allocated.

  /** 253 letters, digits, '_', '.', '-' at most; no '.' or '-' first, no '-' last, no "..". */
  private static boolean isName(String text) {
    int length = text.length();
    if (length == 0 || length > 253 || text.charAt(0) == '.' || text.charAt(0) == '-') {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (!plain && c != '.' && c != '-') {
        return false;
      }
    }
    return text.charAt(length - 1) != '-' && !text.contains("..");
  }

  /** Of one to five digits; -1 if it is something else. */
  private static int number(String digits) {
    int number = digits.isEmpty() || digits.length() > 5 ? -1 : 0;
    for (int i = 0; number >= 0 && i < digits.length(); i++) {
      char c = digits.charAt(i);
      number = c < '0' || c > '9' ? -1 : 10 * number + c - '0';
    }
    return number;
  }

  private static Optional<Address> wrong(Value value, String message, String hint) {
    value.problem(message, hint);
    return Optional.empty();
  }
}
