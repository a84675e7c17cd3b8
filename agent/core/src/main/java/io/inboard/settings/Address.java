// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.util.Locale;
import java.util.Optional;

/**
 * A host with or without a port, as a user writes it.
 *
 * @param host lower case; IPv6 without brackets
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
    String text = given.get();
    String like =
        portNeeded
            ? "host:port, such as 10.0.0.5:8443 or [::1]:8443"
            : "payments, payments:8080 or *.shop";
    if (text.contains("://") || text.contains("/")) {
      return wrong(value, "must be a host without scheme and path, and is " + value.shown(), like);
    }
    String host;
    String port;
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0 || (end + 1 < text.length() && text.charAt(end + 1) != ':')) {
        return wrong(value, "must be [address]:port, and is " + value.shown(), like);
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
      if (!name.matches("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?")
          || name.contains("..")) {
        return wrong(value, "is not a host: " + value.shown(), like);
      }
    }
    if (port == null) {
      return portNeeded
          ? wrong(value, "has no port: " + value.shown(), like)
          : Optional.of(new Address(host.toLowerCase(Locale.ROOT), 0));
    }
    if (!port.matches("[0-9]{1,5}")
        || Integer.parseInt(port) < 1
        || Integer.parseInt(port) > 65535) {
      return wrong(value, "must have a port from 1 to 65535, and is " + value.shown(), like);
    }
    return Optional.of(new Address(host.toLowerCase(Locale.ROOT), Integer.parseInt(port)));
  }

  private static Optional<Address> wrong(Value value, String message, String hint) {
    value.problem(message, hint);
    return Optional.empty();
  }
}
