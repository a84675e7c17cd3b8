// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.server.Gate;
import io.inboard.call.server.InboundConnection;
import io.inboard.weave.Advice;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ServerConnector;

/** Connections of {@link ServerConnector}, from accept to the moment when their bytes wait. */
final class ConnectionAdvice {
  private ConnectionAdvice() {}

  private static SocketAddress local(SelectableChannel channel) {
    try {
      return channel instanceof NetworkChannel network ? network.getLocalAddress() : null;
    } catch (IOException gone) {
      return null;
    }
  }

  private static SocketAddress remote(SelectableChannel channel) {
    try {
      return channel instanceof SocketChannel socket ? socket.getRemoteAddress() : null;
    } catch (IOException gone) {
      return null;
    }
  }

  /**
   * In place of the first connection that the connector's own factory makes. A connector with TLS
   * of its own is left alone.
   */
  static final class Accept {
    private Accept() {}

    /** A {@link Connection}: that one; a Throwable: none, for a reason; null: Jetty's own. */
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Object enter(
        @Advice.FieldValue("this$0") ServerConnector connector,
        @Advice.Argument(0) SelectableChannel channel,
        @Advice.Argument(1) EndPoint endPoint) {
      Line.known();
      Protocols protocols = new Protocols(connector);
      SocketAddress local = local(channel);
      int port = local instanceof InetSocketAddress inet ? inet.getPort() : 0;
      if (protocols.isOwnTls() || Inboard.inboundTls().mode(port) == Mode.DISABLE) {
        return null;
      }
      InboundConnection connection =
          new InboundConnection(local, remote(channel), InboundConnection.FEWEST_BYTES);
      // What is plain already is no port, or was exempted in this moment.
      return connection.isPlain()
          ? null
          : new FirstBytes(connector, endPoint, protocols, connection);
    }

    static Object enter(
        Throwable error, ServerConnector connector, SelectableChannel channel, EndPoint endPoint) {
      return Gate.isStrict(Math.max(connector.getLocalPort(), 0))
          ? new IOException("inboard: inbound.mtls is STRICT, and an error of ours hides the port")
          : null;
    }

    @Advice.OnMethodExit(onThrowable = true)
    @Advice.ToReturned(index = 0)
    @Advice.ToThrown(index = 1)
    static Object[] exit(@Advice.Enter Object entered) {
      return entered instanceof Connection
          ? new Object[] {entered, null}
          : entered instanceof Throwable ? new Object[] {null, entered} : null;
    }
  }

  /** In place of the endpoint that Jetty makes: one that knows when bytes arrived. */
  static final class NewEndPoint {
    private NewEndPoint() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static SocketChannelEndPoint enter(
        @Advice.This ServerConnector connector,
        @Advice.Argument(0) SocketChannel channel,
        @Advice.Argument(1) ManagedSelector selector,
        @Advice.Argument(2) SelectionKey key) {
      MeshEndPoint endPoint = new MeshEndPoint(channel, selector, key, connector.getScheduler());
      endPoint.setIdleTimeout(connector.getIdleTimeout());
      return endPoint;
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static SocketChannelEndPoint exit(@Advice.Enter SocketChannelEndPoint ours) {
      return ours;
    }
  }
}
