// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.HeaderSink;
import io.inboard.call.InboundRequest;
import io.inboard.call.OutboundRequest;
import io.inboard.call.PeerIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** What a {@link Rehearsal} has an adapter say. */
final class RehearsedRequests {
  private static final String LIBRARY = "rehearsal";
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

  /** Writes nothing. */
  static final HeaderSink NO_SINK =
      new HeaderSink() {
        @Override
        public void set(String name, String value) {}

        @Override
        public void remove(String name) {}
      };

  private RehearsedRequests() {}

  /** A call to a host. */
  record Outgoing(String host, int port) implements OutboundRequest {
    @Override
    public String library() {
      return LIBRARY;
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
    public String target() {
      return "/";
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public Body body() {
      return Body.NONE;
    }
  }

  /**
   * A request, with a trace that nobody samples.
   *
   * @param peer who sends it
   */
  record Incoming(Optional<PeerIdentity> peer) implements InboundRequest {
    private static final InetSocketAddress NOWHERE =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    @Override
    public String library() {
      return LIBRARY;
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
      return "/";
    }

    @Override
    public String query() {
      return "";
    }

    @Override
    public List<String> headers(String name) {
      return name.equals("traceparent") ? List.of(PARENT) : List.of();
    }

    @Override
    public InetSocketAddress local() {
      return NOWHERE;
    }

    @Override
    public InetSocketAddress remote() {
      return NOWHERE;
    }
  }
}
