// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;
import org.apache.tomcat.util.buf.MessageBytes;

/** A coyote request as the mesh sees it: before the container has parsed or decoded anything. */
record TomcatRequest(
    Request request, Connector connector, Optional<MeshChannel> channel, long queuedNanos)
    implements InboundRequest {
  @Override
  public String library() {
    return TomcatHooks.NAME;
  }

  @Override
  public String method() {
    return text(request.method());
  }

  @Override
  public String scheme() {
    // As CoyoteAdapter#postParseRequest will say it.
    return request.scheme().isNull() ? connector.getScheme() : text(request.scheme());
  }

  @Override
  public String protocolVersion() {
    return switch (text(request.protocol())) {
      case "HTTP/2.0" -> "2";
      case "HTTP/1.0" -> "1.0";
      default -> "1.1";
    };
  }

  @Override
  public String path() {
    String path = text(request.requestURI());
    return path.isEmpty() ? "/" : path;
  }

  @Override
  public String query() {
    return text(request.queryString());
  }

  @Override
  public InetSocketAddress local() {
    if (channel.isPresent()) {
      return channel.get().local();
    }
    request.action(ActionCode.REQ_LOCAL_ADDR_ATTRIBUTE, request);
    return address(text(request.localAddr()), connector.getLocalPort());
  }

  @Override
  public InetSocketAddress remote() {
    if (channel.isPresent()) {
      return channel.get().remote();
    }
    request.action(ActionCode.REQ_HOST_ADDR_ATTRIBUTE, request);
    request.action(ActionCode.REQ_REMOTEPORT_ATTRIBUTE, request);
    return address(text(request.remoteAddr()), request.getRemotePort());
  }

  @Override
  public Optional<PeerIdentity> peer() {
    return channel.flatMap(MeshChannel::peer);
  }

  @Override
  public List<String> headers(String name) {
    return Collections.list(request.getMimeHeaders().values(name));
  }

  /** Tomcat gives addresses as literals, so nothing is looked up. */
  private static InetSocketAddress address(String literal, int port) {
    try {
      return new InetSocketAddress(
          literal.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(literal),
          Math.max(port, 0));
    } catch (UnknownHostException e) {
      return InetSocketAddress.createUnresolved(literal, Math.max(port, 0));
    }
  }

  /** Does not change the type of the bytes, which still have to be decoded. */
  private static String text(MessageBytes bytes) {
    String text = bytes.toString();
    return text == null ? "" : text;
  }
}
