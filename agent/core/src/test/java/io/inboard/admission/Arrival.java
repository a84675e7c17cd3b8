// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request that arrives in a test.
 *
 * @param peer a SPIFFE id; empty: nobody known
 * @param headers by lower-case name
 */
public record Arrival(
    String path,
    String protocolVersion,
    Optional<PeerIdentity> peer,
    Map<String, List<String>> headers,
    long queuedNanos)
    implements InboundRequest {
  private static final X509Certificate CERTIFICATE = AuthorizationTest.certificate();

  public static Arrival of(String path) {
    return new Arrival(path, "1.1", Optional.empty(), Map.of(), 0);
  }

  /**
   * @param principal that the peer proved
   */
  public Arrival from(String principal) {
    PeerIdentity known = new PeerIdentity("spiffe://" + principal, CERTIFICATE);
    return new Arrival(path, protocolVersion, Optional.of(known), headers, queuedNanos);
  }

  public Arrival header(String name, String... values) {
    Map<String, List<String>> all = new TreeMap<>(headers);
    all.put(name, List.of(values));
    return new Arrival(path, protocolVersion, peer, all, queuedNanos);
  }

  public Arrival queued(long nanos) {
    return new Arrival(path, protocolVersion, peer, headers, nanos);
  }

  public Arrival http2() {
    return new Arrival(path, "2", peer, headers, queuedNanos);
  }

  @Override
  public List<String> headers(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }

  @Override
  public String library() {
    return "test";
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public String query() {
    return "";
  }

  @Override
  public InetSocketAddress local() {
    return new InetSocketAddress("10.0.0.1", 8080);
  }

  @Override
  public InetSocketAddress remote() {
    return new InetSocketAddress("10.0.0.9", 40000);
  }
}
