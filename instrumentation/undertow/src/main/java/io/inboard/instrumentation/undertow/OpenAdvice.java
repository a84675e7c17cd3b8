// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.Refusal;
import io.inboard.call.server.Gate;
import io.inboard.weave.Advice;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.net.InetSocketAddress;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.SslChannel;

/**
 * A listener for HTTP/1.1 gets a connection: accepted just now, or handed over by {@link Arrival}.
 */
final class OpenAdvice {
  private OpenAdvice() {}

  /** True: Undertow gets it later. */
  static final class Open {
    private Open() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.This HttpOpenListener listener,
        @Advice.Argument(0) StreamConnection connection,
        @Advice.Argument(1) PooledByteBuffer ahead) {
      if (Connections.hasOwnTls(connection)
          || Connections.known(connection) != null
          || Inboard.inboundTls().mode(Connections.localPort(connection)) == Mode.DISABLE) {
        return false;
      }
      new Arrival(listener, connection, ahead).begin();
      return true;
    }

    static boolean enter(
        Throwable error,
        HttpOpenListener listener,
        StreamConnection connection,
        PooledByteBuffer ahead) {
      boolean refused = refuse(connection);
      if (refused && ahead != null) {
        ahead.close();
      }
      return refused;
    }
  }

  /**
   * A listener closes the connections that it has: those of HTTP/2, too, which it does not know.
   */
  static final class Close {
    private Close() {}

    @Advice.OnMethodExit
    static void exit(@Advice.This HttpOpenListener listener) {
      Http2Listeners.close(listener);
    }
  }

  /** In an Undertow that the hooks do not fit. */
  static final class OpenUnfit {
    private OpenUnfit() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(0) StreamConnection connection) {
      return refuse(connection);
    }

    static boolean enter(Throwable error, StreamConnection connection) {
      IoUtils.safeClose(connection);
      return true;
    }
  }

  /** By public means alone. Closes it where the port takes mutual TLS only. */
  private static boolean refuse(StreamConnection connection) {
    int port = connection.getLocalAddress() instanceof InetSocketAddress inet ? inet.getPort() : 0;
    if (connection instanceof SslChannel || !Gate.isStrict(port)) {
      return false;
    }
    Inboard.inboundTls()
        .refused(port, InetSocketAddress.createUnresolved("unknown", 0), Refusal.PLAINTEXT);
    IoUtils.safeClose(connection);
    return true;
  }
}
