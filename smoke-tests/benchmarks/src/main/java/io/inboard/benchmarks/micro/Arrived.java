// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A GET as a server would show it; looks up what it is asked for and makes nothing. */
public final class Arrived implements InboundRequest {
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);
  private static final InetSocketAddress REMOTE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);

  private final Optional<PeerIdentity> peer;
  private final Map<String, List<String>> headers;

  Arrived(PeerIdentity peer) {
    this.peer = Optional.of(peer);
    this.headers = Map.of();
  }

  /**
   * Over plaintext.
   *
   * @param headers names in lower case
   */
  public Arrived(Map<String, List<String>> headers) {
    this.peer = Optional.empty();
    this.headers = Map.copyOf(headers);
  }

  @Override
  public String library() {
    return "benchmark";
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
  public String protocolVersion() {
    return "1.1";
  }

  @Override
  public String path() {
    return "/orders/17";
  }

  @Override
  public String query() {
    return "";
  }

  @Override
  public InetSocketAddress local() {
    return LOCAL;
  }

  @Override
  public InetSocketAddress remote() {
    return REMOTE;
  }

  @Override
  public Optional<PeerIdentity> peer() {
    return peer;
  }

  @Override
  public List<String> headers(String name) {
    return headers.getOrDefault(name, List.of());
  }
}
