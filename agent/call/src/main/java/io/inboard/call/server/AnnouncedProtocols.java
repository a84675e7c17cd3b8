// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

/**
 * What a connection is going to speak, where a framework decides that by its first bytes, with a
 * handler of its own that the adapter of the server does not know: the adapter of the framework
 * leaves the names of the protocols at the connection, as a {@code List<String>} under this name,
 * best first ({@code h2}, {@code http/1.1}), before the first byte is read. Each of them is then
 * spoken by codecs that the adapter of the server knows, which judges every request.
 */
public final class AnnouncedProtocols {
  /** The name of the channel's attribute. */
  public static final String KEY = "io.inboard.announced-protocols";

  private AnnouncedProtocols() {}
}
