// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.common.Attributes;

/**
 * The series that were measured last, found without an object to ask with: a service measures the
 * same few over and over. Holds a fixed number; two that fall on one place take turns there.
 *
 * <p>Safe for use by any thread, without a lock: an entry never changes and is published by its
 * final fields, and who sees an old one, or none, asks elsewhere.
 */
final class RecentSeries {
  /** In place of a client's port: a series of the server's, with a scheme for a host. */
  static final int SERVER = -2;

  /** A power of two. */
  private static final int KEPT = 128;

  private final Entry[] entries = new Entry[KEPT];

  /**
   * A series: its attributes, and the values that they are made of.
   *
   * @param host of a client's; the scheme of a server's
   * @param route empty: none
   */
  record Entry(
      Attributes attributes,
      String method,
      String host,
      String route,
      int port,
      int status,
      String errorType,
      String version) {
    boolean is(
        String method,
        String host,
        String route,
        int port,
        int status,
        String errorType,
        String version) {
      return status == this.status
          && port == this.port
          && route.equals(this.route)
          && method.equals(this.method)
          && host.equals(this.host)
          && version.equals(this.version)
          && errorType.equals(this.errorType);
    }
  }

  /** The series of these values; null if it is not among those that are kept. */
  Entry find(
      String method,
      String host,
      String route,
      int port,
      int status,
      String errorType,
      String version) {
    Entry entry = entries[place(method, host, route, port, status)];
    return entry != null && entry.is(method, host, route, port, status, errorType, version)
        ? entry
        : null;
  }

  /**
   * Keeps a series in place of another.
   *
   * @param entry all of whose values are of bounded sets: what a caller makes up is not to drive
   *     the others out
   */
  void keep(Entry entry) {
    entries[place(entry.method, entry.host, entry.route, entry.port, entry.status)] = entry;
  }

  private static int place(String method, String host, String route, int port, int status) {
    int hash = ((route.hashCode() * 31 + host.hashCode()) * 31 + method.hashCode()) * 31;
    hash += port * 31 + status;
    return (hash ^ hash >>> 7 ^ hash >>> 16) & KEPT - 1;
  }
}
