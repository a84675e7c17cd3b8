// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request as it arrived at a {@link TestServer}.
 *
 * @param connection counts the server's connections from 1
 * @param headers as on the wire, in order
 * @param peer the SPIFFE id in the client's certificate; empty without TLS
 * @param applicationProtocol what ALPN agreed on; empty if nothing, or without TLS
 * @param serverName the TLS server name that the client sent; empty if none
 */
public record Received(
    int connection,
    String method,
    String target,
    List<Map.Entry<String, String>> headers,
    byte[] body,
    Optional<String> peer,
    String applicationProtocol,
    Optional<String> serverName) {

  /** All values of a header. */
  public List<String> all(String name) {
    return headers.stream()
        .filter(h -> h.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** The one value of a header; fails if there are more. */
  public Optional<String> header(String name) {
    List<String> all = all(name);
    if (all.size() > 1) {
      throw new AssertionError(name + " arrived " + all.size() + " times: " + all);
    }
    return all.stream().findFirst();
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
